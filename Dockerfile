# One image for web, workers, beat and operator commands; what it runs is the command.

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/prod.txt /tmp/prod.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/prod.txt

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=cxplatform.settings \
    VAR_DIR=/var/lib/cxplatform
RUN useradd --system --uid 10001 --home-dir /var/lib/cxplatform --create-home cxplatform
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/cxplatform
COPY . .
USER cxplatform
# Static files are named by their content and are part of the image: every node serves the same.
RUN python manage.py collectstatic --noinput
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--config", "cxplatform/gunicorn.py", "cxplatform.wsgi:application"]
