import cxplatform.lib.rows
import cxplatform.lib.zones
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import tenants.models.organization
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from cxplatform.lib.definers import GrantToApplication


class Migration(migrations.Migration):

    initial = True

    # Default privileges apply to tables made after them, so this migration runs before everybody else's.
    run_before = [("contenttypes", "0001_initial"), ("sessions", "0001_initial")]

    dependencies = []

    operations = [
        GrantToApplication(),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[cxplatform.lib.zones.validate_zone])),
                ('language', models.CharField(default='en', max_length=8)),
                ('single_keys', models.BooleanField(default=True, help_text='Single-key shortcuts such as j, k and t.')),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='tenants_user_email_any_case')],
            },
        ),
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,39}$', 'Use 2 to 40 small letters, digits and dashes, a letter first.')])),
                ('name', models.CharField(max_length=120)),
                ('is_synthetic', models.BooleanField(default=False, help_text='Demo data: pages say so.')),
                ('mail_shows_due_time', models.BooleanField(default=False, help_text='Alert e-mails name the time by which to act.')),
                ('survey_gap_days', models.PositiveSmallIntegerField(default=30, help_text='Nobody gets a second survey within so many days, whatever the program.')),
                ('surveys_a_year', models.PositiveSmallIntegerField(default=6, help_text='Nobody gets more surveys within a year.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='id', name='tenants_organization_rls', partner='')],
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('code', models.CharField(help_text='A short name for rules and the API.', max_length=40, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,39}$', 'Use 2 to 40 small letters, digits and dashes, a letter first.')])),
                ('crm_link', models.CharField(blank=True, help_text="Opens a patient in the partner's system, for example https://crm.example/patients/{external_id}.", max_length=200, validators=[django.core.validators.RegexValidator('^https://[^\\s{}]+\\{external_id\\}[^\\s{}]*$', 'Begin with https:// and put {external_id} where the number belongs.')])),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='tenants_partner_rls', partner='id'), models.UniqueConstraint(fields=('organization', 'id'), name='tenants_partner_org_id'), models.UniqueConstraint(fields=('organization', 'code'), name='tenants_partner_code')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('admin', 'Admin'), ('supervisor', 'Supervisor'), ('agent', 'Agent'), ('safety', 'Safety reviewer'), ('analyst', 'Analyst'), ('auditor', 'Auditor')], max_length=12)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=tenants.models.organization.english, size=None)),
                ('is_active', models.BooleanField(default=True)),
                ('welcome_pending', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='tenants.partner')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('welcome_pending', True)), fields=['id'], name='tenants_member_welcome')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='tenants_member_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='tenants_member_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='tenants_member_partner_key'), models.UniqueConstraint(fields=('organization', 'user'), name='tenants_member_once')],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('shown_prefix', models.CharField(help_text='The first characters, to recognize the key by.', max_length=12)),
                ('key_hash', models.BinaryField(max_length=32, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to='tenants.partner')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='tenants_apikey_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='tenants_apikey_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='tenants_apikey_partner_key')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('time_zone', models.CharField(default='America/New_York', max_length=64, validators=[cxplatform.lib.zones.validate_zone])),
                ('hours', models.JSONField(default=tenants.models.organization.office_hours)),
                ('holidays', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=tenants.models.organization.english, size=None)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='tenants.partner')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='tenants_team_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='tenants_team_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='tenants_team_partner_key'), models.UniqueConstraint(fields=('organization', 'name'), name='tenants_team_name')],
            },
        ),
        migrations.CreateModel(
            name='Program',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='For staff. Patients never see it.', max_length=120)),
                ('public_name', models.CharField(help_text='Neutral: no brand and no condition. Patients see it.', max_length=80)),
                ('country', models.CharField(default='US', max_length=2)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=tenants.models.organization.english, size=None)),
                ('phone', models.CharField(help_text='Shown on every patient page.', max_length=40)),
                ('phone_hours', models.CharField(blank=True, help_text='For example: Mon to Fri, 8 to 20 Eastern.', max_length=120)),
                ('emergency', models.CharField(default='911', max_length=20)),
                ('maker_sees_names', models.BooleanField(default=False, help_text='Untick to tell patients that the maker of their medicine does not see their name.')),
                ('postal_address', models.CharField(blank=True, help_text='At the foot of e-mails to patients.', max_length=200)),
                ('contact_held_by', models.CharField(choices=[('partner', 'The partner, in its own system'), ('vault', 'Our contact vault')], default='partner', max_length=8)),
                ('sponsor_sees_contact', models.BooleanField(default=False, help_text="Our own people, not only the partner's, may reach patients.")),
                ('links_sent_by', models.CharField(choices=[('us', 'We send them'), ('partner', 'The partner sends them')], default='us', max_length=8)),
                ('follow_up_days', models.PositiveSmallIntegerField(default=3, help_text='Days after resolving until the patient is asked whether it is taken care of.')),
                ('safety_recipient', models.EmailField(blank=True, help_text='Possible safety events are forwarded to this address.', max_length=254)),
                ('safety_verified_at', models.DateTimeField(blank=True, null=True)),
                ('safety_hours', models.PositiveSmallIntegerField(default=24, help_text='Calendar hours to forward a safety event.')),
                ('safety_sample_pct', models.PositiveSmallIntegerField(default=10, help_text='Of 100 texts judged “not an event”, so many are read by a second person.')),
                ('crisis_lines', models.JSONField(blank=True, default=dict, help_text='By language, for example: Call or text 988, day and night.')),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('crisis_team', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Paged at once when somebody writes of self-harm or danger.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.team')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='tenants_program_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='tenants_program_org_id'), cxplatform.lib.rows.TenantKey(field='crisis_team', name='tenants_program_crisis_team_key'), models.UniqueConstraint(fields=('organization', 'name'), name='tenants_program_name')],
            },
        ),
        migrations.CreateModel(
            name='Engagement',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('partner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='engagements', to='tenants.partner')),
                ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='engagements', to='tenants.program')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='tenants_engagement_rls', partner='partner'), models.UniqueConstraint(fields=('organization', 'id'), name='tenants_engagement_org_id'), cxplatform.lib.rows.TenantKey(field='partner', name='tenants_engagement_partner_key'), cxplatform.lib.rows.TenantKey(field='program', name='tenants_engagement_program_key'), models.UniqueConstraint(fields=('partner', 'program'), name='tenants_engagement_once')],
            },
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='teams', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='team_members', to='tenants.team')),
            ],
            options={
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='tenants_teammember_rls', partner='team'), models.UniqueConstraint(fields=('organization', 'id'), name='tenants_teammember_org_id'), cxplatform.lib.rows.TenantKey(field='team', name='tenants_teammember_team_key'), cxplatform.lib.rows.TenantKey(field='member', name='tenants_teammember_member_key'), models.UniqueConstraint(fields=('team', 'member'), name='tenants_teammember_once')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('action', models.CharField(max_length=80)),
                ('target_id', models.UUIDField(null=True)),
                ('target', models.CharField(blank=True, max_length=60)),
                ('changes', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.member')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', '-at', '-id'], name='tenants_audit_newest')],
                'constraints': [cxplatform.lib.rows.RowPolicy(column='organization_id', name='tenants_auditentry_rls', partner=''), models.UniqueConstraint(fields=('organization', 'id'), name='tenants_auditentry_org_id'), cxplatform.lib.rows.TenantKey(field='actor', name='tenants_auditentry_actor_key'), cxplatform.lib.rows.AppendOnly(name='tenants_auditentry_append_only')],
            },
        ),
    ]
