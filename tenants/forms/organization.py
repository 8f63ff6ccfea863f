"""The organization itself."""

from django import forms

from tenants.models import Organization


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, and what alert e-mails may say."""

    class Meta:
        model = Organization
        fields = ["name", "mail_shows_due_time"]
        labels = {"name": "Organization name", "mail_shows_due_time": "Alert e-mails name the time by which to act"}
        help_texts = {
            "name": "Staff see it. No e-mail and no patient page says it.",
            "mail_shows_due_time": "Whoever sees the e-mail then also sees how urgent the matter is.",
        }
