import cxplatform.lib.rows
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField()),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Telephone')], max_length=8)),
                ('sealed', models.BinaryField()),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('added_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_address_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_address_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='messaging_address_partner_key'), models.UniqueConstraint(fields=('owner_id', 'channel', 'fingerprint'), name='messaging_address_once')],
            },
        ),
        migrations.CreateModel(
            name='GoLink',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('target', models.CharField(choices=[('case', 'Case'), ('safety', 'Safety item')], max_length=8)),
                ('target_id', models.UUIDField()),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_golink_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_golink_org_id'), models.UniqueConstraint(fields=('target', 'target_id'), name='messaging_golink_once')],
            },
        ),
        migrations.CreateModel(
            name='Inbound',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField(null=True)),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('text', models.TextField(blank=True)),
                ('keyword', models.CharField(blank=True, choices=[('', 'None'), ('stop', 'Stop'), ('start', 'Start again'), ('help', 'Help')], max_length=8)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('provider_id', models.CharField(max_length=120)),
                ('received_at', models.DateTimeField()),
                ('needs_review', models.BooleanField(default=False)),
                ('erased_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-received_at'], name='messaging_inbound_by_owner'), models.Index(condition=models.Q(('needs_review', True)), fields=['id'], name='messaging_inbound_unreviewed')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_inbound_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_inbound_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='messaging_inbound_partner_key'), cxplatform.lib.rows.TenantKey(field='program', name='messaging_inbound_program_key'), models.UniqueConstraint(fields=('organization', 'provider_id'), name='messaging_inbound_once')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Telephone')], default='email', max_length=8)),
                ('template', models.CharField(choices=[('follow_up', 'Follow-up needed'), ('welcome', 'Welcome'), ('invitation', 'Survey invitation'), ('reminder', 'Survey reminder'), ('outcome', 'Is it taken care of?'), ('stopped', 'Messages stopped'), ('help', 'Answer to HELP'), ('verify_safety', 'Confirm the safety address')], max_length=16)),
                ('owner_id', models.UUIDField(null=True)),
                ('about_id', models.UUIDField(null=True)),
                ('fingerprint', models.BinaryField(max_length=32, null=True)),
                ('purpose', models.CharField(blank=True, choices=[('survey', 'Surveys'), ('follow_up', 'Asking whether an issue is taken care of'), ('case_contact', 'Help with an issue'), ('safety_contact', 'Questions about a safety event')], max_length=16)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('time_zone', models.CharField(blank=True, max_length=64)),
                ('expires_at', models.DateTimeField(null=True)),
                ('provider_id', models.CharField(blank=True, max_length=120)),
                ('fields', models.JSONField(default=dict)),
                ('dedupe_key', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('sent', 'Accepted'), ('failed', 'Refused for good'), ('dropped', 'Not sent')], default='queued', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=80)),
                ('needs_stand_in', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('final_at', models.DateTimeField(null=True)),
                ('address', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='messaging.address')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['next_try_at'], name='messaging_message_due'), models.Index(condition=models.Q(('needs_stand_in', True)), fields=['id'], name='messaging_message_undelivered'), models.Index(fields=['organization', 'state', '-created_at'], name='messaging_message_newest'), models.Index(condition=models.Q(('owner_id__isnull', False)), fields=['owner_id', '-created_at'], name='messaging_message_by_owner'), models.Index(condition=models.Q(('state', 'queued'), ('member', None)), fields=['fingerprint'], name='messaging_message_unsent'), models.Index(condition=models.Q(('about_id__isnull', False)), fields=['about_id'], name='messaging_message_about'), models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='messaging_message_provider')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_message_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_message_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='messaging_message_partner_key'), cxplatform.lib.rows.TenantKey(field='member', name='messaging_message_member_key'), cxplatform.lib.rows.TenantKey(field='program', name='messaging_message_program_key'), cxplatform.lib.rows.TenantKey(field='address', name='messaging_message_address_key'), models.UniqueConstraint(fields=('organization', 'dedupe_key'), name='messaging_message_once'), models.CheckConstraint(condition=models.Q(('member__isnull', False), ('program__isnull', False), _connector='OR'), name='messaging_message_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(max_length=8)),
                ('error', models.CharField(blank=True, max_length=80)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('message', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='messaging.message')),
            ],
            options={
                'indexes': [models.Index(fields=['message', 'at'], name='messaging_attempt_order')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_attempt_rls', partner='message'), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_attempt_org_id'), cxplatform.lib.rows.TenantKey(field='message', name='messaging_attempt_message_key'), cxplatform.lib.rows.AppendOnly(name='messaging_attempt_append_only')],
            },
        ),
        migrations.CreateModel(
            name='Reveal',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField()),
                ('subject_id', models.UUIDField(null=True)),
                ('reason', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'member', '-until'], name='messaging_reveal_latest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_reveal_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_reveal_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='messaging_reveal_partner_key'), cxplatform.lib.rows.TenantKey(field='member', name='messaging_reveal_member_key'), cxplatform.lib.rows.AppendOnly(name='messaging_reveal_append_only')],
            },
        ),
        migrations.CreateModel(
            name='Stop',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Telephone')], max_length=8)),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('reason', models.CharField(choices=[('word', 'They wrote STOP'), ('unsubscribed', 'They used the unsubscribe link'), ('wish', 'They asked not to be contacted'), ('bounce', 'The address does not work'), ('complaint', 'They reported a message as unwanted'), ('deceased', 'A patient at this address has died'), ('staff', 'A member stopped it')], max_length=12)),
                ('source_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_stop_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_stop_org_id'), cxplatform.lib.rows.TenantKey(field='lifted_by', name='messaging_stop_lifted_by_key'), models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('organization', 'fingerprint'), name='messaging_stop_once')],
            },
        ),
        migrations.CreateModel(
            name='SurveyContact',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('invitation_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'fingerprint', '-at'], name='messaging_surveycontact_recent')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_surveycontact_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_surveycontact_org_id'), models.UniqueConstraint(fields=('invitation_id', 'fingerprint'), name='messaging_surveycontact_once')],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('template', models.CharField(choices=[('follow_up', 'Follow-up needed'), ('welcome', 'Welcome'), ('invitation', 'Survey invitation'), ('reminder', 'Survey reminder'), ('outcome', 'Is it taken care of?'), ('stopped', 'Messages stopped'), ('help', 'Answer to HELP'), ('verify_safety', 'Confirm the safety address')], max_length=16)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Telephone')], max_length=8)),
                ('language', models.CharField(max_length=8)),
                ('subject', models.CharField(blank=True, max_length=120)),
                ('body', models.TextField(max_length=2000)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('program', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.program')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_wording_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_wording_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='messaging_wording_program_key'), cxplatform.lib.rows.TenantKey(field='changed_by', name='messaging_wording_changed_by_key'), models.UniqueConstraint(fields=('organization', 'program', 'template', 'channel', 'language'), name='messaging_wording_once', nulls_distinct=False)],
            },
        ),
    ]
