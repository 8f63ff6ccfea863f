import cxplatform.lib.rows
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('caseloop', '0001_initial'),
        ('messaging', '0001_initial'),
        ('patients', '0001_initial'),
        ('surveys', '0001_initial'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Route',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='routes', to='tenants.partner')),
                ('program', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='routes', to='tenants.program')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='routes', to='tenants.team')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='alerts_route_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='alerts_route_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='alerts_route_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='alerts_route_partner_key'), cxplatform.lib.rows.TenantKey(field='team', name='alerts_route_team_key'), models.UniqueConstraint(fields=('organization', 'program', 'partner'), name='alerts_route_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=60)),
                ('name', models.CharField(max_length=120)),
                ('condition', models.JSONField()),
                ('severity', models.CharField(choices=[('p0', 'Safety'), ('p1', 'Urgent'), ('callback', 'Call-back'), ('p2', 'Soon'), ('p3', 'Normal')], max_length=8)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('program', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
                ('survey', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='surveys.survey')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.team')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='alerts_rule_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='alerts_rule_org_id'), cxplatform.lib.rows.TenantKey(field='survey', name='alerts_rule_survey_key'), cxplatform.lib.rows.TenantKey(field='program', name='alerts_rule_program_key'), cxplatform.lib.rows.TenantKey(field='team', name='alerts_rule_team_key'), models.UniqueConstraint(fields=('organization', 'key'), name='alerts_rule_key')],
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('dedupe_key', models.CharField(max_length=60)),
                ('revision', models.PositiveIntegerField()),
                ('rule_copy', models.JSONField()),
                ('severity', models.CharField(choices=[('p0', 'Safety'), ('p1', 'Urgent'), ('callback', 'Call-back'), ('p2', 'Soon'), ('p3', 'Normal')], max_length=8)),
                ('explanation', models.JSONField(default=list)),
                ('raised_at', models.DateTimeField()),
                ('no_case_reason', models.CharField(blank=True, choices=[('', 'On a case'), ('weekly_list', 'A single weak item: on the weekly list'), ('no_patient', 'About a practice, not a patient')], max_length=12)),
                ('concern', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='caseloop.concern')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='patients.patient')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
                ('response', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='surveys.response')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.team')),
                ('rule', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='alerts.rule')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', '-raised_at', '-id'], name='alerts_alert_newest'), models.Index(fields=['response'], name='alerts_alert_by_response')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='alerts_alert_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='alerts_alert_org_id'), cxplatform.lib.rows.TenantKey(field='rule', name='alerts_alert_rule_key'), cxplatform.lib.rows.TenantKey(field='program', name='alerts_alert_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='alerts_alert_partner_key'), cxplatform.lib.rows.TenantKey(field='patient', name='alerts_alert_patient_key'), cxplatform.lib.rows.TenantKey(field='response', name='alerts_alert_response_key'), cxplatform.lib.rows.TenantKey(field='team', name='alerts_alert_team_key'), cxplatform.lib.rows.TenantKey(field='concern', name='alerts_alert_concern_key'), cxplatform.lib.rows.AppendOnly(name='alerts_alert_append_only'), models.UniqueConstraint(fields=('rule', 'dedupe_key'), name='alerts_alert_once'), models.CheckConstraint(condition=models.Q(models.Q(('concern__isnull', False), ('no_case_reason', '')), models.Q(('concern', None), models.Q(('no_case_reason', ''), _negated=True)), _connector='OR'), name='alerts_alert_case_or_reason')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('raised', 'Alert raised'), ('breached', 'First attempt overdue')], max_length=10)),
                ('due_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('suppressed', models.CharField(blank=True, choices=[('', 'Not suppressed'), ('weekly_list', 'On the weekly list'), ('attempted', 'Attempted before it was told'), ('case_ended', 'The case had ended'), ('no_patient', 'About a practice'), ('nobody', 'The organization has no active member to tell')], max_length=12)),
                ('recipients', models.PositiveSmallIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('alert', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='alerts.alert')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['due_at'], name='alerts_notice_pending')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='alerts_notice_rls', partner='alert'), models.UniqueConstraint(fields=('organization', 'id'), name='alerts_notice_org_id'), cxplatform.lib.rows.TenantKey(field='alert', name='alerts_notice_alert_key'), models.UniqueConstraint(fields=('alert', 'kind'), name='alerts_notice_once')],
            },
        ),
        migrations.CreateModel(
            name='NoticeMessage',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.member')),
                ('message', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.message')),
                ('notice', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='alerts.notice')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='alerts_noticemessage_rls', partner='notice'), models.UniqueConstraint(fields=('organization', 'id'), name='alerts_noticemessage_org_id'), cxplatform.lib.rows.TenantKey(field='notice', name='alerts_noticemessage_notice_key'), cxplatform.lib.rows.TenantKey(field='message', name='alerts_noticemessage_message_key'), cxplatform.lib.rows.TenantKey(field='member', name='alerts_noticemessage_member_key'), cxplatform.lib.rows.AppendOnly(name='alerts_noticemessage_append_only'), models.UniqueConstraint(fields=('notice', 'member'), name='alerts_noticemessage_once')],
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('rules', models.PositiveSmallIntegerField()),
                ('matched', models.JSONField(default=list)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('response', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='surveys.response')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='alerts_evaluation_rls', partner='response'), models.UniqueConstraint(fields=('organization', 'id'), name='alerts_evaluation_org_id'), cxplatform.lib.rows.TenantKey(field='response', name='alerts_evaluation_response_key'), cxplatform.lib.rows.AppendOnly(name='alerts_evaluation_append_only'), models.UniqueConstraint(fields=('response', 'revision'), name='alerts_evaluation_once')],
            },
        ),
    ]
