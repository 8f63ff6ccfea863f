"""Our own words around the questions of a patient page."""

from django.utils.translation import gettext_lazy as _

STALE_FORM = _("This page was open for too long or came from somewhere else. Please check it and press Continue again.")
LEAVE_EMPTY = _("We could not save this page. Please leave the last box empty and press Continue again.")
NAMES = {"en": "English", "es": "Español", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "yi"})
