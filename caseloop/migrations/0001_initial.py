import cxplatform.lib.rows
import django.core.validators
import django.db.models.deletion
import uuid_utils.compat
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('patients', '0001_initial'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('new', 'New'), ('acknowledged', 'Acknowledged'), ('contacting', 'Contacting'), ('contacted', 'Contacted'), ('waiting', 'Waiting'), ('reopened', 'Reopened'), ('resolved', 'Resolved'), ('closed', 'Closed'), ('no_action', 'No action')], default='new', max_length=12)),
                ('severity', models.CharField(choices=[('p0', 'Safety'), ('p1', 'Urgent'), ('callback', 'Call-back'), ('p2', 'Soon'), ('p3', 'Normal')], max_length=8)),
                ('why', models.CharField(help_text='The most urgent concern in words.', max_length=200)),
                ('language', models.CharField(default='en', max_length=8)),
                ('version', models.PositiveIntegerField(default=1)),
                ('opened_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('waiting_on', models.CharField(blank=True, choices=[('payer', 'Payer'), ('pharmacy', 'Pharmacy'), ('office', "Doctor's office"), ('patient', 'Patient')], max_length=10)),
                ('next_check_at', models.DateTimeField(null=True)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('no_action_reason', models.CharField(blank=True, choices=[('by_mistake', 'Answered by mistake'), ('consent_withdrawn', 'Consent withdrawn'), ('asked_not_to_be_contacted', 'Asked not to be contacted'), ('deceased', 'Deceased'), ('duplicate', 'Duplicate'), ('left_program', 'Left the program'), ('handled_before', 'Handled before the alert')], max_length=28)),
                ('closed_as', models.CharField(blank=True, choices=[('unverified', 'Unverified: the patient did not say'), ('verified', 'Verified by the patient'), ('not_verifiable', 'Not verifiable: the patient could not be asked')], max_length=16)),
                ('reopened_count', models.PositiveSmallIntegerField(default=0)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='tenants.member')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.partner')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='patients.patient')),
                ('previous', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='caseloop.case')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.program')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='tenants.team')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['organization', 'due_at', 'id'], name='caseloop_case_urgency'), models.Index(condition=models.Q(('due_at__isnull', False)), fields=['organization', 'partner', 'due_at', 'id'], name='caseloop_case_partner_urgency'), models.Index(condition=models.Q(('due_at__isnull', False)), fields=['organization', 'owner', 'due_at', 'id'], name='caseloop_case_owner_urgency'), models.Index(condition=models.Q(('due_at__isnull', False)), fields=['organization', 'team', 'due_at', 'id'], name='caseloop_case_team_urgency'), models.Index(fields=['organization', 'status', '-changed_at', '-id'], name='caseloop_case_by_status'), models.Index(condition=models.Q(('due_at__isnull', True)), fields=['organization', '-changed_at', '-id'], name='caseloop_case_done'), models.Index(fields=['patient', '-opened_at'], name='caseloop_case_by_patient'), models.Index(condition=models.Q(('status', 'resolved')), fields=['resolved_at'], name='caseloop_case_quiet')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='caseloop_case_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='caseloop_case_org_id'), cxplatform.lib.rows.TenantKey(field='program', name='caseloop_case_program_key'), cxplatform.lib.rows.TenantKey(field='partner', name='caseloop_case_partner_key'), cxplatform.lib.rows.TenantKey(field='patient', name='caseloop_case_patient_key'), cxplatform.lib.rows.TenantKey(field='team', name='caseloop_case_team_key'), cxplatform.lib.rows.TenantKey(field='owner', name='caseloop_case_owner_key'), cxplatform.lib.rows.TenantKey(field='previous', name='caseloop_case_previous_key'), models.UniqueConstraint(fields=('organization', 'number'), name='caseloop_case_number'), models.UniqueConstraint(condition=models.Q(('status__in', ['closed', 'no_action']), _negated=True), fields=('organization', 'patient'), name='caseloop_case_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('due_at', None), ('status__in', ['resolved', 'closed', 'no_action'])), models.Q(models.Q(('status__in', ['resolved', 'closed', 'no_action']), _negated=True), ('due_at__isnull', False)), _connector='OR'), name='caseloop_case_due_while_worked')],
            },
        ),
        migrations.CreateModel(
            name='CaseCounter',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='caseloop_casecounter_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='caseloop_casecounter_org_id'), models.UniqueConstraint(fields=('organization',), name='caseloop_casecounter_once')],
            },
        ),
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('opened', 'Case opened'), ('concern_added', 'Concern joined'), ('answer_changed', 'Answer changed'), ('taken', 'Taken'), ('assigned', 'Assigned'), ('note', 'Note'), ('attempt', 'Contact attempt'), ('waiting', 'Waiting'), ('resumed', 'Waiting ended'), ('resolved', 'Resolved'), ('reopened', 'Reopened'), ('closed', 'Closed'), ('no_action', 'Ended without action'), ('followed_up', 'The patient was asked'), ('verified', 'Verified by the patient'), ('revealed', 'Contact details shown'), ('asked_partner', 'Partner asked'), ('partner_done', 'Partner answered'), ('left', 'Contact status changed')], max_length=16)),
                ('channel', models.CharField(blank=True, choices=[('phone', 'Telephone'), ('text', 'Text message'), ('email', 'E-mail'), ('in_person', 'In person')], max_length=12)),
                ('outcome', models.CharField(blank=True, choices=[('reached', 'Reached the right person'), ('someone_else', 'Someone else answered (nothing told)'), ('voicemail', 'Left a voicemail'), ('no_answer', 'No answer'), ('wrong_number', 'Wrong number'), ('call_later', 'Asked to call later'), ('declined', 'Declined to talk'), ('interpreter_needed', 'Interpreter needed'), ('interpreter_used', 'Reached with an interpreter'), ('inbound', 'The patient contacted us')], max_length=20)),
                ('data', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='caseloop.case')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['case', 'at', 'id'], name='caseloop_caseevent_order')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='caseloop_caseevent_rls', partner='case'), models.UniqueConstraint(fields=('organization', 'id'), name='caseloop_caseevent_org_id'), cxplatform.lib.rows.TenantKey(field='case', name='caseloop_caseevent_case_key'), cxplatform.lib.rows.TenantKey(field='actor', name='caseloop_caseevent_actor_key'), cxplatform.lib.rows.AppendOnly(name='caseloop_caseevent_append_only')],
            },
        ),
        migrations.CreateModel(
            name='CaseText',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('received_at', models.DateTimeField()),
                ('needs_review', models.BooleanField(default=True)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='words', to='caseloop.caseevent')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('needs_review', True)), fields=['id'], name='caseloop_casetext_unreviewed')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='caseloop_casetext_rls', partner='event'), models.UniqueConstraint(fields=('organization', 'id'), name='caseloop_casetext_org_id'), cxplatform.lib.rows.TenantKey(field='event', name='caseloop_casetext_event_key')],
            },
        ),
        migrations.CreateModel(
            name='ClockPolicy',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('severity', models.CharField(choices=[('p0', 'Safety'), ('p1', 'Urgent'), ('callback', 'Call-back'), ('p2', 'Soon'), ('p3', 'Normal')], max_length=8)),
                ('first_attempt_days', models.DecimalField(decimal_places=1, max_digits=4, validators=[django.core.validators.MinValueValidator(Decimal('0.1')), django.core.validators.MaxValueValidator(Decimal('60'))])),
                ('resolve_days', models.DecimalField(decimal_places=1, max_digits=4, validators=[django.core.validators.MinValueValidator(Decimal('0.1')), django.core.validators.MaxValueValidator(Decimal('60'))])),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='caseloop_clockpolicy_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='caseloop_clockpolicy_org_id'), models.UniqueConstraint(fields=('organization', 'severity'), name='caseloop_clockpolicy_once')],
            },
        ),
        migrations.CreateModel(
            name='Concern',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source_id', models.UUIDField(unique=True)),
                ('severity', models.CharField(choices=[('p0', 'Safety'), ('p1', 'Urgent'), ('callback', 'Call-back'), ('p2', 'Soon'), ('p3', 'Normal')], max_length=8)),
                ('why', models.JSONField(default=dict)),
                ('wish', models.JSONField(help_text='How the patient asked to be contacted, if a choice was made.', null=True)),
                ('opened_at', models.DateTimeField()),
                ('first_attempt_due_at', models.DateTimeField()),
                ('resolve_due_at', models.DateTimeField()),
                ('attempted_at', models.DateTimeField(null=True)),
                ('contacted_at', models.DateTimeField(null=True)),
                ('changed_answer', models.JSONField(help_text='What the patient answered later, if it no longer matches.', null=True)),
                ('root_cause', models.CharField(blank=True, choices=[('access.bi_delay', 'Access: benefits investigation delayed'), ('access.pa_denial', 'Access: prior authorization denied'), ('access.appeal', 'Access: appeal'), ('affordability.copay_reject', 'Affordability: copay card rejected or missing'), ('affordability.coverage_gap', 'Affordability: coverage gap'), ('affordability.pap_documents', 'Affordability: assistance documents'), ('logistics.ship_delay', 'Logistics: shipment delayed'), ('logistics.address', 'Logistics: address'), ('logistics.cold_chain', 'Logistics: cold chain'), ('logistics.wrong_pharmacy', 'Logistics: wrong pharmacy'), ('education.injection', 'Education: how to take it'), ('education.storage', 'Education: storage'), ('education.schedule', 'Education: schedule'), ('communication.no_update', 'Communication: no update'), ('communication.conflicting', 'Communication: conflicting information'), ('communication.unreachable', 'Communication: could not reach us'), ('communication.language', 'Communication: language'), ('conduct', 'Staff conduct'), ('digital.portal', 'Digital: portal'), ('digital.link', 'Digital: link'), ('office.fax_missing', 'Office: fax or form missing'), ('patient.changed_mind', 'Patient: changed mind'), ('patient.side_effect', 'Patient: worry about side effects'), ('other', 'Other')], max_length=32)),
                ('action', models.TextField(blank=True)),
                ('outcome', models.CharField(blank=True, choices=[('fixed', 'Fixed'), ('explained', 'Explained; nothing to fix'), ('handed_over', 'Handed to somebody who will fix it'), ('not_fixable', 'Cannot be fixed by us'), ('no_longer_needed', 'No longer needed')], max_length=20)),
                ('settled_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='caseloop.case')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('settled_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
            ],
            options={
                'indexes': [models.Index(fields=['case', 'opened_at'], name='caseloop_concern_order')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='caseloop_concern_rls', partner='case'), models.UniqueConstraint(fields=('organization', 'id'), name='caseloop_concern_org_id'), cxplatform.lib.rows.TenantKey(field='case', name='caseloop_concern_case_key'), cxplatform.lib.rows.TenantKey(field='settled_by', name='caseloop_concern_settled_by_key')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('field', models.CharField(max_length=20)),
                ('text', models.TextField(blank=True)),
                ('saved_at', models.DateTimeField()),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='caseloop.case')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='caseloop_draft_rls', partner='case'), models.UniqueConstraint(fields=('organization', 'id'), name='caseloop_draft_org_id'), cxplatform.lib.rows.TenantKey(field='case', name='caseloop_draft_case_key'), cxplatform.lib.rows.TenantKey(field='member', name='caseloop_draft_member_key'), models.UniqueConstraint(fields=('case', 'member', 'field'), name='caseloop_draft_once')],
            },
        ),
        migrations.CreateModel(
            name='PartnerTask',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='partner_tasks', to='caseloop.case')),
                ('done_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='caseloop_partnertask_rls', partner='case'), models.UniqueConstraint(fields=('organization', 'id'), name='caseloop_partnertask_org_id'), cxplatform.lib.rows.TenantKey(field='case', name='caseloop_partnertask_case_key'), cxplatform.lib.rows.TenantKey(field='asked_by', name='caseloop_partnertask_asked_by_key'), cxplatform.lib.rows.TenantKey(field='done_by', name='caseloop_partnertask_done_by_key'), models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('case',), name='caseloop_partnertask_one_open')],
            },
        ),
    ]
