import cxplatform.lib.rows
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('caseloop', '0001_initial'),
        ('patients', '0001_initial'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(choices=[('answer', 'Survey answer'), ('note', 'Case note'), ('message', 'Text message'), ('status', 'Reported death'), ('report', 'Reported by a member')], max_length=8)),
                ('source_id', models.UUIDField(unique=True)),
                ('state', models.CharField(choices=[('pending', 'To be read'), ('possible', 'Possible event, to be forwarded'), ('forwarded', 'Forwarded'), ('reported', 'Already reported by the partner'), ('not_event', 'Not an event')], default='pending', max_length=10)),
                ('received_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('rank', models.PositiveSmallIntegerField(default=0)),
                ('terms', models.JSONField(default=list)),
                ('is_crisis', models.BooleanField(default=False)),
                ('next_page_at', models.DateTimeField(null=True)),
                ('pages', models.PositiveSmallIntegerField(default=0)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('not_event', models.CharField(blank=True, choices=[('service', 'About the service only'), ('nothing', 'Says nothing about health or a product'), ('known', 'Repeats what was forwarded before'), ('other_person', 'Not about somebody who uses the product')], max_length=12)),
                ('forwarded_at', models.DateTimeField(null=True)),
                ('forwarded_by_way', models.CharField(blank=True, choices=[('email', 'E-mail'), ('portal', "The sponsor's portal"), ('phone', 'Telephone'), ('fax', 'Fax')], max_length=8)),
                ('sponsor_number', models.CharField(blank=True, max_length=60)),
                ('partner_number', models.CharField(blank=True, max_length=60)),
                ('special', models.JSONField(default=list)),
                ('elements', models.JSONField(default=list)),
                ('check_state', models.CharField(blank=True, choices=[('', 'Not in the sample'), ('due', 'To be read by a second person'), ('agreed', 'The second person agreed'), ('disagreed', 'The second person did not agree')], max_length=10)),
                ('checked_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('acknowledged_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('case', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='caseloop.case')),
                ('checked_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('decided_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'possible'])), fields=['organization', '-is_crisis', '-rank', 'due_at', 'id'], name='safety_item_list'), models.Index(condition=models.Q(('state__in', ['pending', 'possible'])), fields=['organization', 'due_at', 'id'], name='safety_item_clock'), models.Index(fields=['organization', 'program', '-received_at', '-id'], name='safety_item_newest'), models.Index(condition=models.Q(('check_state', 'due')), fields=['organization', 'decided_at'], name='safety_item_check'), models.Index(condition=models.Q(('next_page_at__isnull', False)), fields=['next_page_at'], name='safety_item_page'), models.Index(fields=['patient', '-received_at'], name='safety_item_by_patient')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='safety_item_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='safety_item_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='safety_item_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='safety_item_partner_key'), cxplatform.lib.rows.TenantKey(field='patient', name='safety_item_patient_key'), cxplatform.lib.rows.TenantKey(field='case', name='safety_item_case_key'), cxplatform.lib.rows.TenantKey(field='acknowledged_by', name='safety_item_acknowledged_by_key'), cxplatform.lib.rows.TenantKey(field='decided_by', name='safety_item_decided_by_key'), cxplatform.lib.rows.TenantKey(field='checked_by', name='safety_item_checked_by_key'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='safety_item_decided'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'forwarded'), _negated=True), models.Q(('forwarded_at__isnull', False), models.Q(('forwarded_by_way', ''), _negated=True)), _connector='OR'), name='safety_item_forwarded')],
            },
        ),
        migrations.CreateModel(
            name='ItemEvent',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('opened', 'Received'), ('paged', 'Crisis contact paged'), ('acknowledged', 'Somebody is on it'), ('judged', 'Judged'), ('forwarded', 'Forwarded'), ('numbered', "Sponsor's number added"), ('checked', 'Read by a second person'), ('opened_again', 'To be judged again')], max_length=12)),
                ('data', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='safety.item')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['item', 'at', 'id'], name='safety_itemevent_order')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='safety_itemevent_rls', partner='item'), models.UniqueConstraint(fields=('organization', 'id'), name='safety_itemevent_org_id'), cxplatform.lib.rows.TenantKey(field='item', name='safety_itemevent_item_key'), cxplatform.lib.rows.TenantKey(field='actor', name='safety_itemevent_actor_key'), cxplatform.lib.rows.AppendOnly(name='safety_itemevent_append_only')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('learned_at', models.DateTimeField(help_text='When we learned of it; the clock starts here.')),
                ('reported_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='caseloop.case')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('reported_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='safety_report_rls', partner='patient'), models.UniqueConstraint(fields=('organization', 'id'), name='safety_report_org_id'), cxplatform.lib.rows.TenantKey(field='patient', name='safety_report_patient_key'), cxplatform.lib.rows.TenantKey(field='case', name='safety_report_case_key'), cxplatform.lib.rows.TenantKey(field='reported_by', name='safety_report_reported_by_key')],
            },
        ),
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('course', models.CharField(max_length=120)),
                ('completed_on', models.DateField()),
                ('expires_on', models.DateField()),
                ('recorded_at', models.DateTimeField()),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('recorded_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
            ],
            options={
                'indexes': [models.Index(fields=['member', '-expires_on'], name='safety_training_latest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='safety_training_rls', partner='member'), models.UniqueConstraint(fields=('organization', 'id'), name='safety_training_org_id'), cxplatform.lib.rows.TenantKey(field='member', name='safety_training_member_key'), cxplatform.lib.rows.TenantKey(field='recorded_by', name='safety_training_recorded_by_key'), models.CheckConstraint(condition=models.Q(('expires_on__gte', models.F('completed_on'))), name='safety_training_dates')],
            },
        ),
    ]
