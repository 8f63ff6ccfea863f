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
            name='Import',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('file_name', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('uploading', 'Uploading'), ('mapping', 'Waiting for its columns'), ('checking', 'Being checked'), ('checked', 'Checked: nothing was imported yet'), ('importing', 'Being imported'), ('done', 'Imported'), ('cancelled', 'Cancelled'), ('failed', 'Stopped by a fault'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='uploading', max_length=10)),
                ('is_backfill', models.BooleanField(default=False)),
                ('header', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('next_chunk', models.PositiveIntegerField(default=0)),
                ('chunks_count', models.PositiveIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('cancel_asked', models.BooleanField(default=False)),
                ('leased_until', models.DateTimeField(null=True)),
                ('uploaded_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
                ('uploaded_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', '-uploaded_at', '-id'], name='patients_import_newest'), models.Index(condition=models.Q(('state__in', ['checking', 'importing', 'undoing'])), fields=['changed_at'], name='patients_import_pending')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_import_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_import_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='patients_import_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='patients_import_partner_key'), cxplatform.lib.rows.TenantKey(field='uploaded_by', name='patients_import_uploaded_by_key')],
            },
        ),
        migrations.CreateModel(
            name='ImportChunk',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('first_row', models.PositiveIntegerField(help_text='The line of its first row in the file, counted from 1.')),
                ('sealed', models.BinaryField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='patients.import')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_importchunk_rls', partner='source'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_importchunk_org_id'), cxplatform.lib.rows.TenantKey(field='source', name='patients_importchunk_source_key'), models.UniqueConstraint(fields=('source', 'number'), name='patients_importchunk_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportFault',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('row', models.PositiveIntegerField(help_text='The line in the file, counted from 1.')),
                ('column', models.CharField(blank=True, max_length=40)),
                ('code', models.CharField(max_length=40)),
                ('message', models.CharField(max_length=200)),
                ('is_warning', models.BooleanField(default=False)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='faults', to='patients.import')),
            ],
            options={
                'indexes': [models.Index(fields=['source', 'row', 'id'], name='patients_importfault_order')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_importfault_rls', partner='source'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_importfault_org_id'), cxplatform.lib.rows.TenantKey(field='source', name='patients_importfault_source_key')],
            },
        ),
        migrations.CreateModel(
            name='ImportKey',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.BinaryField(max_length=16)),
                ('row', models.PositiveIntegerField()),
                ('at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='patients.import')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_importkey_rls', partner='source'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_importkey_org_id'), cxplatform.lib.rows.TenantKey(field='source', name='patients_importkey_source_key'), models.UniqueConstraint(fields=('source', 'digest'), name='patients_importkey_once')],
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
                ('adult_from', models.DateField(blank=True, null=True)),
                ('source_import_id', models.UUIDField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('merged_into', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='aliases', to='patients.patient')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='tenants.partner')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='tenants.program')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'program', '-created_at', '-id'], name='patients_by_program'), models.Index(fields=['organization', 'pseudonym'], name='patients_by_pseudonym'), models.Index(condition=models.Q(('source_import_id__isnull', False)), fields=['source_import_id'], name='patients_by_import'), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='patients_aliases')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_patient_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_patient_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='patients_patient_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='patients_patient_partner_key'), cxplatform.lib.rows.TenantKey(field='merged_into', name='patients_patient_merged_into_key')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('urgent_case', 'An urgent concern is open')], max_length=12)),
                ('source_id', models.UUIDField()),
                ('placed_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='patients.patient')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('lifted_at', None)), fields=['patient'], name='patients_hold_standing')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_hold_rls', partner='patient'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_hold_org_id'), cxplatform.lib.rows.TenantKey(field='patient', name='patients_hold_patient_key'), models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('source_id',), name='patients_hold_once')],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('request', models.CharField(help_text='The reference of the request, without a name.', max_length=120)),
                ('counts', models.JSONField(default=dict)),
                ('by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='patients.patient')),
            ],
            options={
                'indexes': [models.Index(fields=['patient', '-at'], name='patients_erasure_newest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_erasure_rls', partner='patient'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_erasure_org_id'), cxplatform.lib.rows.TenantKey(field='patient', name='patients_erasure_patient_key'), cxplatform.lib.rows.TenantKey(field='by', name='patients_erasure_by_key'), cxplatform.lib.rows.AppendOnly(name='patients_erasure_append_only')],
            },
        ),
        migrations.CreateModel(
            name='PatientEvent',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('enrolled', 'Enrolled'), ('edited', 'Details changed'), ('status', 'Contact status changed'), ('consent', 'Consent changed'), ('address', 'Contact details changed'), ('stopped', 'Messages stopped'), ('merged', 'Merged'), ('erased', 'Erased on request')], max_length=10)),
                ('at', models.DateTimeField()),
                ('data', models.JSONField(default=dict)),
                ('needs_review', models.BooleanField(default=False)),
                ('tells_cases', models.BooleanField(default=False)),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='patients.patient')),
            ],
            options={
                'indexes': [models.Index(fields=['patient', 'at'], name='patients_event_order'), models.Index(condition=models.Q(('needs_review', True)), fields=['id'], name='patients_event_unreviewed'), models.Index(condition=models.Q(('tells_cases', True)), fields=['id'], name='patients_event_tells_cases')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_patientevent_rls', partner='patient'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_patientevent_org_id'), cxplatform.lib.rows.TenantKey(field='patient', name='patients_patientevent_patient_key'), cxplatform.lib.rows.TenantKey(field='actor', name='patients_patientevent_actor_key'), cxplatform.lib.rows.AppendOnly(name='patients_patientevent_append_only', pending=('needs_review', 'tells_cases'))],
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
                ('preferred_channel', models.CharField(blank=True, choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Telephone')], max_length=8)),
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
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Telephone')], max_length=8)),
                ('purpose', models.CharField(choices=[('survey', 'Surveys'), ('follow_up', 'Asking whether an issue is taken care of'), ('case_contact', 'Help with an issue'), ('safety_contact', 'Questions about a safety event')], max_length=16)),
                ('is_given', models.BooleanField()),
                ('source', models.CharField(choices=[('form', 'Entered by a member'), ('import', 'Import'), ('api', 'API'), ('survey', 'Survey answer'), ('message', "The person's own message"), ('link', 'Unsubscribe link'), ('status', 'Contact status')], max_length=8)),
                ('wording', models.CharField(blank=True, max_length=60)),
                ('given_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('recorded_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('respondent', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='patients.respondent')),
            ],
            options={
                'indexes': [models.Index(fields=['respondent', 'channel', 'purpose', '-given_at', '-id'], name='patients_consent_latest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_consent_rls', partner='respondent'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_consent_org_id'), cxplatform.lib.rows.TenantKey(cascades=True, field='respondent', name='patients_consent_respondent_key'), cxplatform.lib.rows.TenantKey(field='recorded_by', name='patients_consent_recorded_by_key'), cxplatform.lib.rows.AppendOnly(name='patients_consent_append_only')],
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
                ('is_backfill', models.BooleanField(default=False)),
                ('plan_pending', models.BooleanField(default=False)),
                ('voided_at', models.DateTimeField(blank=True, null=True)),
                ('source_import_id', models.UUIDField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='touchpoints', to='patients.patient')),
            ],
            options={
                'indexes': [models.Index(fields=['patient', '-occurred_at'], name='patients_touchpoint_newest'), models.Index(fields=['organization', 'kind', '-occurred_at'], name='patients_touchpoint_by_kind'), models.Index(condition=models.Q(('plan_pending', True)), fields=['id'], name='patients_touchpoint_unplanned'), models.Index(condition=models.Q(('source_import_id__isnull', False)), fields=['source_import_id'], name='patients_touchpoint_by_import')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='patients_touchpoint_rls', partner='patient'), models.UniqueConstraint(fields=('organization', 'id'), name='patients_touchpoint_org_id'), cxplatform.lib.rows.TenantKey(field='patient', name='patients_touchpoint_patient_key'), cxplatform.lib.rows.TenantKey(field='partner', name='patients_touchpoint_partner_key'), models.UniqueConstraint(condition=models.Q(('source_id', ''), _negated=True), fields=('organization', 'partner', 'source_id'), name='patients_touchpoint_source', nulls_distinct=False)],
            },
        ),
    ]
