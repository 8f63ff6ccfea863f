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
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Telephone')], default='email', max_length=8)),
                ('template', models.CharField(choices=[('follow_up', 'Follow-up needed'), ('welcome', 'Welcome')], max_length=16)),
                ('fields', models.JSONField(default=dict)),
                ('dedupe_key', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('sent', 'Accepted'), ('failed', 'Refused for good')], default='queued', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=80)),
                ('needs_stand_in', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('final_at', models.DateTimeField(null=True)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['next_try_at'], name='messaging_message_due'), models.Index(condition=models.Q(('needs_stand_in', True)), fields=['id'], name='messaging_message_undelivered'), models.Index(fields=['organization', 'state', '-created_at'], name='messaging_message_newest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_message_rls', partner='member'), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_message_org_id'), cxplatform.lib.rows.TenantKey(field='member', name='messaging_message_member_key'), models.UniqueConstraint(fields=('organization', 'dedupe_key'), name='messaging_message_once')],
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
                ('target', models.CharField(choices=[('case', 'Case')], max_length=8)),
                ('target_id', models.UUIDField()),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='messaging_golink_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='messaging_golink_org_id'), models.UniqueConstraint(fields=('target', 'target_id'), name='messaging_golink_once')],
            },
        ),
    ]
