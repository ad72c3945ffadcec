# The bot and its engine in one container: settings from the environment, everything that is kept in /data.
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 dreamer && mkdir /data && chown dreamer /data
WORKDIR /app
RUN pip install --no-cache-dir uv
COPY requirements.lock ./
RUN uv pip install --system --no-cache --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
COPY engine engine
COPY migrations migrations
RUN uv pip install --system --no-cache --no-deps .

USER dreamer
ENV PAREIDOLIA_DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["pareidolia", "run"]
