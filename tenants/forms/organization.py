"""The organization itself."""

from django import forms

from cxplatform.lib.wording import SaysWhatToDo
from tenants.models import Organization


class OrganizationForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """Name, what alert e-mails may say, and how often anybody may be asked."""

    survey_gap_days = forms.IntegerField(
        min_value=0,
        max_value=365,
        label="Days between two surveys to one person",
        help_text="Over all programs and channels. Who was asked within these days is not asked again.",
    )
    surveys_a_year = forms.IntegerField(
        min_value=1,
        max_value=52,
        label="Surveys to one person in a year",
        help_text="Over all programs and channels. Asking whether an issue is taken care of does not count.",
    )

    class Meta:
        model = Organization
        fields = ["name", "mail_shows_due_time", "survey_gap_days", "surveys_a_year"]
        labels = {
            "name": "Organization name",
            "mail_shows_due_time": "Alert e-mails name the time by which to act",
        }
        help_texts = {
            "name": "Staff see it. No e-mail and no patient page says it.",
            "mail_shows_due_time": "Whoever sees the e-mail then also sees how urgent the matter is.",
        }
