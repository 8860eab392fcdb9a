# The image of `laurel api` and `laurel worker`: docker build -t laurel .
FROM python:3.12-slim AS build
WORKDIR /src
RUN pip install --no-cache-dir uv==0.13.8
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
RUN uv venv /opt/laurel
# The packages first, so that a change of Laurel alone makes one small layer. Versions and hashes are those of the lock.
COPY pyproject.toml requirements.lock README.md LICENSE ./
RUN uv pip compile --quiet --constraint requirements.lock --extra otel --no-header pyproject.toml -o runtime.txt \
    && uv pip install --python /opt/laurel/bin/python --constraint requirements.lock -r runtime.txt
COPY . .
RUN uv pip install --python /opt/laurel/bin/python --no-deps .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home laurel
COPY --from=build /opt/laurel /opt/laurel
ENV PATH=/opt/laurel/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /home/laurel
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["laurel"]
CMD ["api", "--host", "0.0.0.0", "--port", "8000"]
