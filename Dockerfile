FROM rust:1.95-bookworm AS build
WORKDIR /build

# The dependencies are in a separate layer, which is rebuilt when Cargo.lock or a tool changes. Cargo needs the tools,
# which are members of the workspace, but does not build them.
COPY Cargo.toml Cargo.lock ./
COPY tools tools
RUN mkdir src \
    && echo 'fn main() {}' | tee build.rs > src/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked \
    && rm -r src build.rs

COPY build.rs ./
COPY src src
COPY sql sql
COPY templates templates
COPY static static
# Cargo compares file times, and the copied files may be older than the layer above.
RUN touch build.rs src/lib.rs src/main.rs \
    && cargo build --release --locked


FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/property-listings --shell /usr/sbin/nologin site \
    && install -d -o site -g site -m 700 /var/lib/property-listings
WORKDIR /app
COPY --from=build /build/target/release/property-listings /usr/local/bin/
COPY script/lib/healthcheck /usr/local/bin/healthcheck
COPY static static

# This image has no PostgreSQL or Redis: set DATABASE_URL, and REDIS_URL or REDIS_URL=off. The program writes only to
# DATA_DIR and /tmp, so the rest of the file system can be read-only.
ENV HOST=0.0.0.0 PORT=8000 DEBUG=false DATA_DIR=/var/lib/property-listings
USER site
VOLUME /var/lib/property-listings
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["healthcheck"]
ENTRYPOINT ["property-listings"]
CMD ["serve"]
