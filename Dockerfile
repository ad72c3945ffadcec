# The bot and its engine in one container: settings from the environment, everything that is kept in /data.
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 dreamer && mkdir --mode=700 /data && chown dreamer /data
WORKDIR /app
RUN pip install --no-cache-dir uv
# docker build --build-arg TORCH=cpu: without CUDA, some 4 GB smaller; see .ci/install
ARG TORCH=cuda
COPY requirements.lock ./
COPY .ci/install ./.ci/
RUN TORCH="$TORCH" .ci/install requirements.lock --system --no-cache
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
COPY engine engine
COPY migrations migrations
RUN uv pip install --system --no-cache --compile-bytecode --no-deps .

USER dreamer
# the port of /healthz and /metrics is one of the container's own loopback: nothing outside reaches it
ENV PAREIDOLIA_DATA_DIR=/data PAREIDOLIA_METRICS_PORT=9464 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:9464/healthz', timeout=8)"]
CMD ["pareidolia", "run"]
