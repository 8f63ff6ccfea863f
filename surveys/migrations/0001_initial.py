import cxplatform.lib.rows
import django.contrib.postgres.fields
import django.db.models.deletion
import surveys.models.survey
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
                ('reminder_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=surveys.models.survey.two_reminders, size=None)),
                ('call_after_days', models.PositiveSmallIntegerField(blank=True, default=10, null=True)),
                ('expire_days', models.PositiveSmallIntegerField(default=21)),
                ('is_active', models.BooleanField(default=True)),
                ('since', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='occasions', to='tenants.program')),
                ('survey', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='occasions', to='surveys.survey')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_occasion_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_occasion_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='surveys_occasion_program_key'), cxplatform.lib.rows.TenantKey(field='survey', name='surveys_occasion_survey_key'), models.UniqueConstraint(fields=('program', 'survey', 'touchpoint'), name='surveys_occasion_once')],
            },
        ),
        migrations.CreateModel(
            name='Mailing',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(blank=True, choices=[('enrolled', 'Enrolled'), ('benefits', 'Benefits and approval'), ('financial', 'Costs and copay'), ('onboarding', 'Onboarding'), ('training', 'Training'), ('first_fill', 'First fill'), ('on_treatment', 'On treatment'), ('paused', 'Paused'), ('discontinued', 'Discontinued')], max_length=16)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('after_id', models.UUIDField(null=True)),
                ('up_to_id', models.UUIDField()),
                ('expected', models.PositiveIntegerField()),
                ('taken', models.PositiveIntegerField(default=0)),
                ('invited', models.PositiveIntegerField(default=0)),
                ('next_chunk_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('asked_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('program', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
                ('survey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='surveys.survey')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('next_chunk_at__isnull', False)), fields=['next_chunk_at'], name='surveys_mailing_due'), models.Index(fields=['organization', 'survey', '-asked_at'], name='surveys_mailing_newest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_mailing_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_mailing_org_id'), cxplatform.lib.rows.TenantKey(field='survey', name='surveys_mailing_survey_key'), cxplatform.lib.rows.TenantKey(field='program', name='surveys_mailing_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='surveys_mailing_partner_key'), cxplatform.lib.rows.TenantKey(field='asked_by', name='surveys_mailing_asked_by_key')],
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
                ('source', models.CharField(choices=[('manual', 'Sent by a member'), ('list', 'Sent to a list'), ('journey', 'Journey'), ('follow_up', 'Outcome follow-up'), ('api', 'API')], default='manual', max_length=10)),
                ('sent_by', models.CharField(choices=[('us', 'We send them'), ('partner', 'The partner sends them')], default='us', max_length=8)),
                ('follows_up_id', models.UUIDField(blank=True, null=True)),
                ('round', models.PositiveSmallIntegerField(default=0)),
                ('step', models.CharField(choices=[('invite', 'Invitation'), ('remind', 'Reminder'), ('call', 'Telephone task'), ('expire', 'Expiry')], default='invite', max_length=8)),
                ('reminders_sent', models.PositiveSmallIntegerField(default=0)),
                ('next_step_at', models.DateTimeField(blank=True, null=True)),
                ('step_failures', models.PositiveSmallIntegerField(default=0)),
                ('invited_at', models.DateTimeField(blank=True, null=True)),
                ('channel', models.CharField(blank=True, choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Telephone')], max_length=8)),
                ('ended_as', models.CharField(blank=True, choices=[('', 'Under way'), ('skipped', 'Not sent'), ('revoked', 'Revoked'), ('expired', 'Expired')], max_length=8)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='patients.patient')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
                ('respondent', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='patients.respondent')),
                ('touchpoint', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.touchpoint')),
                ('occasion', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='surveys.occasion')),
                ('survey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='surveys.survey')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('next_step_at__isnull', False)), fields=['next_step_at'], name='surveys_invitation_due'), models.Index(fields=['organization', 'survey', '-created_at', '-id'], name='surveys_invitation_newest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_invitation_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_invitation_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='surveys_invitation_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='surveys_invitation_partner_key'), cxplatform.lib.rows.TenantKey(field='patient', name='surveys_invitation_patient_key'), cxplatform.lib.rows.TenantKey(field='respondent', name='surveys_invitation_respondent_key'), cxplatform.lib.rows.TenantKey(field='survey', name='surveys_invitation_survey_key'), cxplatform.lib.rows.TenantKey(field='occasion', name='surveys_invitation_occasion_key'), cxplatform.lib.rows.TenantKey(field='touchpoint', name='surveys_invitation_touchpoint_key'), models.UniqueConstraint(condition=models.Q(('occasion__isnull', False)), fields=('occasion', 'touchpoint', 'respondent'), name='surveys_invitation_once_a_touchpoint'), models.UniqueConstraint(condition=models.Q(('follows_up_id__isnull', False)), fields=('follows_up_id', 'round'), name='surveys_invitation_once_a_round')],
            },
        ),
        migrations.CreateModel(
            name='Skip',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('step', models.CharField(choices=[('invite', 'Invitation'), ('remind', 'Reminder'), ('call', 'Telephone task'), ('expire', 'Expiry')], max_length=8)),
                ('reason', models.CharField(choices=[('no_consent', 'No consent for surveys on any channel'), ('no_address', 'No address that can be used'), ('stopped', 'They asked for no more messages'), ('status', 'The patient is paused, withdrawn or deceased'), ('under_age', 'Under age, and no caregiver answers'), ('too_soon', 'Asked within the last days already'), ('too_often', 'Asked often enough this year'), ('hold', 'An urgent concern is open'), ('too_late', 'Reported too late to ask'), ('voided', 'The event was taken back'), ('left', 'The event no longer applies'), ('no_safety', 'Nobody is set up to take safety events'), ('program_off', 'The program is switched off'), ('not_published', 'The survey has no published version'), ('answered', 'Answered before')], max_length=14)),
                ('at', models.DateTimeField()),
                ('invitation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='skips', to='surveys.invitation')),
                ('occasion', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='surveys.occasion')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('touchpoint', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.touchpoint')),
                ('survey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='surveys.survey')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'survey', '-at', '-id'], name='surveys_skip_newest'), models.Index(fields=['patient', '-at'], name='surveys_skip_by_patient')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_skip_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_skip_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='surveys_skip_partner_key'), cxplatform.lib.rows.TenantKey(cascades=True, field='patient', name='surveys_skip_patient_key'), cxplatform.lib.rows.TenantKey(field='survey', name='surveys_skip_survey_key'), cxplatform.lib.rows.TenantKey(field='invitation', name='surveys_skip_invitation_key'), cxplatform.lib.rows.TenantKey(field='occasion', name='surveys_skip_occasion_key'), cxplatform.lib.rows.TenantKey(cascades=True, field='touchpoint', name='surveys_skip_touchpoint_key'), cxplatform.lib.rows.AppendOnly(name='surveys_skip_append_only')],
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
                ('shows_help', models.BooleanField(default=False, help_text='A text spoke of self-harm or danger: pages show help.')),
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
                ('needs_review', models.BooleanField(default=True)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('response', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verbatims', to='surveys.response')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('needs_review', True)), fields=['id'], name='surveys_verbatim_unreviewed')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_verbatim_rls', partner='response'), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_verbatim_org_id'), cxplatform.lib.rows.TenantKey(field='response', name='surveys_verbatim_response_key'), models.UniqueConstraint(fields=('response', 'question_key', 'revision'), name='surveys_verbatim_once')],
            },
        ),
        migrations.CreateModel(
            name='CallTask',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('outcome', models.CharField(blank=True, choices=[('', 'To do'), ('answered', 'Answered'), ('declined', 'Declined'), ('not_reached', 'Not reached'), ('over', 'No longer needed')], max_length=12)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('invitation', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='call_task', to='surveys.invitation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('outcome', '')), fields=['organization', 'due_at', 'id'], name='surveys_calltask_open')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='surveys_calltask_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='surveys_calltask_org_id'), cxplatform.lib.rows.TenantKey(field='invitation', name='surveys_calltask_invitation_key'), cxplatform.lib.rows.TenantKey(field='partner', name='surveys_calltask_partner_key'), cxplatform.lib.rows.TenantKey(field='done_by', name='surveys_calltask_done_by_key')],
            },
        ),
    ]
