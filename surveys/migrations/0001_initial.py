import cxplatform.lib.rows
import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('patients', '0001_initial'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('current_number', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_survey_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_survey_org_id'), models.UniqueConstraint(fields=('organization', 'key'), name='surveys_survey_key')],
            },
        ),
        migrations.CreateModel(
            name='Occasion',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('touchpoint', models.CharField(choices=[('enrolled', 'Enrolled'), ('benefits_verified', 'Benefits verified'), ('approved', 'Insurance approved'), ('copay_enrolled', 'Copay card enrolled'), ('onboarding_completed', 'Onboarding completed'), ('trained', 'Injection training'), ('shipped', 'Medicine shipped'), ('first_fill', 'First fill'), ('first_dose_planned', 'First dose planned'), ('first_dose', 'First dose'), ('refill', 'Refill'), ('call', 'Call with the support team'), ('discontinued', 'Discontinued')], max_length=24)),
                ('delay_days', models.PositiveSmallIntegerField(default=1)),
                ('is_active', models.BooleanField(default=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='occasions', to='tenants.program')),
                ('survey', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='occasions', to='surveys.survey')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_occasion_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_occasion_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='surveys_occasion_program_key'), cxplatform.lib.rows.TenantKey(field='survey', name='surveys_occasion_survey_key'), models.UniqueConstraint(fields=('program', 'survey', 'touchpoint'), name='surveys_occasion_once')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(default='en', max_length=8)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='patients.patient')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
                ('respondent', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='patients.respondent')),
                ('survey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='surveys.survey')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_invitation_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_invitation_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='surveys_invitation_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='surveys_invitation_partner_key'), cxplatform.lib.rows.TenantKey(field='patient', name='surveys_invitation_patient_key'), cxplatform.lib.rows.TenantKey(field='respondent', name='surveys_invitation_respondent_key'), cxplatform.lib.rows.TenantKey(field='survey', name='surveys_invitation_survey_key')],
            },
        ),
        migrations.CreateModel(
            name='SurveyVersion',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('document', models.JSONField()),
                ('published_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('published_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('survey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='surveys.survey')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_surveyversion_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_surveyversion_org_id'), cxplatform.lib.rows.TenantKey(field='survey', name='surveys_surveyversion_survey_key'), cxplatform.lib.rows.TenantKey(field='published_by', name='surveys_surveyversion_published_by_key'), cxplatform.lib.rows.AppendOnly(name='surveys_surveyversion_append_only'), models.UniqueConstraint(fields=('survey', 'number'), name='surveys_version_number')],
            },
        ),
        migrations.CreateModel(
            name='Response',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('mode', models.CharField(choices=[('web', 'Web'), ('phone', 'Telephone'), ('kiosk', 'Kiosk'), ('api', 'API')], default='web', max_length=8)),
                ('language', models.CharField(max_length=8)),
                ('respondent_kind', models.CharField(choices=[('unknown', 'Not known yet'), ('patient', 'Patient'), ('caregiver', 'Caregiver'), ('hcp', 'HCP or office staff')], max_length=10)),
                ('answers', models.JSONField(default=dict)),
                ('facts', models.JSONField(default=dict, help_text='What was known when answering began: it decides what is shown.')),
                ('saved_pages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('started_at', models.DateTimeField()),
                ('saved_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('evaluate_at', models.DateTimeField(null=True)),
                ('evaluation_failures', models.PositiveSmallIntegerField(default=0)),
                ('evaluation_error', models.CharField(blank=True, max_length=120)),
                ('invitation', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='response', to='surveys.invitation')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='patients.patient')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
                ('respondent', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='patients.respondent')),
                ('survey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='surveys.survey')),
                ('version', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='surveys.surveyversion')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('evaluate_at__isnull', False)), fields=['evaluate_at'], name='surveys_response_pending'), models.Index(fields=['patient', '-saved_at'], name='surveys_response_by_patient'), models.Index(fields=['organization', 'survey', '-saved_at'], name='surveys_response_by_survey')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_response_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_response_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='surveys_response_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='surveys_response_partner_key'), cxplatform.lib.rows.TenantKey(field='patient', name='surveys_response_patient_key'), cxplatform.lib.rows.TenantKey(field='respondent', name='surveys_response_respondent_key'), cxplatform.lib.rows.TenantKey(field='invitation', name='surveys_response_invitation_key'), cxplatform.lib.rows.TenantKey(field='survey', name='surveys_response_survey_key'), cxplatform.lib.rows.TenantKey(field='version', name='surveys_response_version_key')],
            },
        ),
        migrations.CreateModel(
            name='Verbatim',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('question_key', models.CharField(max_length=60)),
                ('text', models.TextField()),
                ('revision', models.PositiveIntegerField()),
                ('received_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('response', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verbatims', to='surveys.response')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_verbatim_rls', partner='response'), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_verbatim_org_id'), cxplatform.lib.rows.TenantKey(field='response', name='surveys_verbatim_response_key'), models.UniqueConstraint(fields=('response', 'question_key', 'revision'), name='surveys_verbatim_once')],
            },
        ),
    ]
