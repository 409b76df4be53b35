# syntax=docker/dockerfile:1
# Three stages: build the front end, fill a virtual environment, put both on a slim base without compilers.

FROM node:20-bookworm-slim AS frontend
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev --no-audit --no-fund
COPY flux_site/schema.graphql /src/flux_site/schema.graphql
COPY frontend ./
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
ENV UV_LINK_MODE=copy
RUN pip install --no-cache-dir uv==0.13.8 && python -m venv --without-pip /opt/venv
COPY requirements /src/requirements
WORKDIR /src/requirements
# torch first and by pip, with the package index the build machine is set up for; see requirements/ml.txt.
RUN --mount=type=cache,target=/root/.cache/pip pip --python /opt/venv/bin/python install -r ml.txt
RUN --mount=type=cache,target=/root/.cache/uv \
    uv pip install --python /opt/venv/bin/python -r base.txt -c constraints.txt \
    && uv pip install --python /opt/venv/bin/python --no-deps -r data.txt

FROM python:3.11-slim-bookworm AS runtime
# The three libraries GeoDjango loads. psycopg and the warehouse bring theirs in their wheels.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgdal32 libgeos-c1v5 libproj25 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /app --no-create-home flux \
    && install -d -o flux -g flux -m 0750 /data
COPY --from=packages /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    OPENBLAS_NUM_THREADS=1 \
    DJANGO_SETTINGS_MODULE=flux_site.settings.base
WORKDIR /app
COPY LICENSE NOTICE manage.py ./
COPY flux_site ./flux_site
COPY grid ./grid
COPY cascade ./cascade
COPY agent ./agent
COPY deploy/entrypoint deploy/healthcheck.py ./deploy/
COPY --from=frontend /src/frontend/dist ./frontend/dist
# Settings insist on their variables; none of these reaches the running container.
RUN FLUX_SECRET_KEY=only-for-collecting-static-files-at-build-time-0123456789 \
    FLUX_DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing \
    FLUX_REDIS_URL=redis://127.0.0.1:1/0 \
    FLUX_WAREHOUSE_URL=embedded:///data/warehouse \
    python manage.py collectstatic --noinput
USER flux
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=4 \
    CMD ["python", "/app/deploy/healthcheck.py"]
ENTRYPOINT ["/app/deploy/entrypoint"]
CMD ["web"]
