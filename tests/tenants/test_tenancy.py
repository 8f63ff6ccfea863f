import pytest
from django.db import connection


@pytest.mark.django_db
def test_smoke():
    with connection.cursor() as c:
        c.execute("select current_user")
        assert c.fetchone() == ("cx_app",)
