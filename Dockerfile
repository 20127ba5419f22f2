# Three images: "app" runs web, bodies, stream, worker and migrate, "tools" makes and restores back-ups, "proxy" is Caddy with
# the static files of the same version.

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /opt/venv
COPY requirements/production.txt /tmp/production.txt
RUN pip --python /opt/venv/bin/python install --require-hashes --only-binary :all: -r /tmp/production.txt
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY . .
# The catalogues, the static files minified and compressed, and byte code: nothing is written when it runs.
RUN python scripts/translations.py compile \
    && STATIC_ROOT=/app/staticfiles python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q /app/crm /app/messenger /app/deploy


FROM python:3.13-slim-trixie AS app
RUN groupadd --gid 10001 messenger \
    && useradd --uid 10001 --gid messenger --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin messenger \
    && install --directory --owner messenger --group messenger --mode 0700 /data /data/files /data/spool
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/staticfiles \
    MESSENGER_FILES_ROOT=/data/files \
    TMPDIR=/data/spool \
    GRANIAN_HOST=0.0.0.0 \
    UVICORN_HOST=0.0.0.0
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-m", "crm.probe", "/healthz/ready"]
CMD ["granian", "--interface", "wsgi", "--no-ws", "--http1-header-read-timeout", "15000", "--respawn-failed-workers", "--workers-kill-timeout", "25", "crm.wsgi:application"]


# For back-ups: PostgreSQL's programs, which copy no server that is newer than they are.
FROM app AS tools
USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner messenger --group messenger --mode 0700 /backups
USER 10001:10001
HEALTHCHECK NONE
CMD ["python", "manage.py", "backup_messenger", "--to", "/backups"]


FROM caddy:2-alpine AS proxy
ENV XDG_DATA_HOME=/srv/caddy/data XDG_CONFIG_HOME=/srv/caddy/config STATIC_ROOT=/srv/static
RUN install -d -o 10001 -g 10001 -m 0700 /srv/caddy /srv/caddy/data /srv/caddy/config
COPY deploy/Caddyfile deploy/targets.caddy /etc/caddy/
COPY --from=build /app/staticfiles /srv/static
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:2020/"]
