import cxplatform.lib.rows
import cxplatform.lib.zones
import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('pseudonym', models.CharField(max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('enrolled', 'Enrolled'), ('walk_in', 'Walk-in')], default='enrolled', max_length=10)),
                ('contact_status', models.CharField(choices=[('active', 'Active'), ('paused', 'Paused'), ('withdrawn', 'Withdrawn'), ('deceased', 'Deceased'), ('under_age', 'Under age')], default='active', max_length=10)),
                ('language', models.CharField(default='en', max_length=8)),
                ('time_zone', models.CharField(default='America/New_York', max_length=64, validators=[cxplatform.lib.zones.validate_zone])),
                ('stage', models.CharField(choices=[('enrolled', 'Enrolled'), ('benefits', 'Benefits and approval'), ('financial', 'Costs and copay'), ('onboarding', 'Onboarding'), ('training', 'Training'), ('first_fill', 'First fill'), ('on_treatment', 'On treatment'), ('paused', 'Paused'), ('discontinued', 'Discontinued')], default='enrolled', max_length=16)),
                ('stage_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='tenants.partner')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='tenants.program')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'program', '-created_at', '-id'], name='patients_by_program'), models.Index(fields=['organization', 'pseudonym'], name='patients_by_pseudonym')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_patient_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_patient_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='patients_patient_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='patients_patient_partner_key')],
            },
        ),
        migrations.CreateModel(
            name='Respondent',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(blank=True, help_text='HX-… for HCP contacts; empty otherwise.', max_length=16)),
                ('kind', models.CharField(choices=[('unknown', 'Not known yet'), ('patient', 'Patient'), ('caregiver', 'Caregiver'), ('hcp', 'HCP or office staff')], default='unknown', max_length=10)),
                ('language', models.CharField(default='en', max_length=8)),
                ('time_zone', models.CharField(default='America/New_York', max_length=64, validators=[cxplatform.lib.zones.validate_zone])),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='respondents', to='tenants.program')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_respondent_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_respondent_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='patients_respondent_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='patients_respondent_partner_key')],
            },
        ),
        migrations.CreateModel(
            name='Answering',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='answering', to='patients.patient')),
                ('respondent', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='answering', to='patients.respondent')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_answering_rls', partner='patient'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_answering_org_id'), cxplatform.lib.rows.TenantKey(field='respondent', name='patients_answering_respondent_key'), cxplatform.lib.rows.TenantKey(field='patient', name='patients_answering_patient_key'), models.UniqueConstraint(fields=('respondent', 'patient'), name='patients_answering_once')],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('hub', 'Hub'), ('pharmacy', 'Specialty pharmacy'), ('copay', 'Copay vendor'), ('nursing', 'Nursing')], default='hub', max_length=10)),
                ('external_id', models.CharField(blank=True, max_length=80)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='tenants.partner')),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='patients.patient')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_service_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_service_org_id'), cxplatform.lib.rows.TenantKey(field='patient', name='patients_service_patient_key'), cxplatform.lib.rows.TenantKey(field='partner', name='patients_service_partner_key'), models.UniqueConstraint(condition=models.Q(models.Q(('external_id', ''), _negated=True), ('ends_at', None)), fields=('partner', 'external_id'), name='patients_service_external')],
            },
        ),
        migrations.CreateModel(
            name='Touchpoint',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('enrolled', 'Enrolled'), ('benefits_verified', 'Benefits verified'), ('approved', 'Insurance approved'), ('copay_enrolled', 'Copay card enrolled'), ('onboarding_completed', 'Onboarding completed'), ('trained', 'Injection training'), ('shipped', 'Medicine shipped'), ('first_fill', 'First fill'), ('first_dose_planned', 'First dose planned'), ('first_dose', 'First dose'), ('refill', 'Refill'), ('call', 'Call with the support team'), ('discontinued', 'Discontinued')], max_length=24)),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('source_id', models.CharField(blank=True, max_length=80)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='touchpoints', to='patients.patient')),
            ],
            options={
                'indexes': [models.Index(fields=['patient', '-occurred_at'], name='patients_touchpoint_newest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_touchpoint_rls', partner='patient'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_touchpoint_org_id'), cxplatform.lib.rows.TenantKey(field='patient', name='patients_touchpoint_patient_key'), cxplatform.lib.rows.TenantKey(field='partner', name='patients_touchpoint_partner_key'), models.UniqueConstraint(condition=models.Q(('source_id', ''), _negated=True), fields=('organization', 'partner', 'source_id'), name='patients_touchpoint_source', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='IssuedPseudonym',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('pseudonym', models.CharField(max_length=16, unique=True)),
                ('issued_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_issuedpseudonym_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='patients_issuedpseudonym_org_id'), cxplatform.lib.rows.AppendOnly(name='patients_issuedpseudonym_append_only')],
            },
        ),
    ]
