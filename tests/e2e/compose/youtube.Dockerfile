# The stand-in for YouTube, beside the services under test: the consumer's image brings ffmpeg and Python.
ARG CONSUMER=lectern-consumer:latest
FROM ${CONSUMER}
USER 0
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3-trustme && rm -rf /var/lib/apt/lists/* \
    && install -d -o lectern /authority
USER 10001
WORKDIR /srv
VOLUME /authority
ENTRYPOINT ["/usr/bin/python3", "-m", "infra.sandbox.standins.youtube", "--host", "0.0.0.0", "--port", "8080", "--authority", "/authority/ca.pem"]
HEALTHCHECK --interval=2s --timeout=2s --retries=30 CMD ["test", "-s", "/authority/ca.pem"]
