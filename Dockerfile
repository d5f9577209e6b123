# The conformance command line and the reference server in one image, from this checkout.
#   docker build -t agentproto .
#   docker run --rm --network host agentproto agentproto-conformance --target http://127.0.0.1:8080
#   docker run --rm -p 4000:4000 agentproto
FROM node:24-slim AS build
WORKDIR /source
COPY . .
RUN npx -y pnpm@12 install --frozen-lockfile \
  && npx -y pnpm@12 build \
  && mkdir /tarballs \
  && npx -y pnpm@12 --filter './packages/*' --filter ./reference-server --filter ./conformance pack --pack-destination /tarballs

FROM node:24-slim
COPY --from=build /tarballs /tarballs
RUN npm install --global /tarballs/*.tgz && rm -rf /tarballs && npm cache clean --force
USER node
WORKDIR /home/node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Whoever reaches the port may use the double: it is for tests, and says so itself.
CMD ["agentproto-reference-server", "--host", "0.0.0.0", "--port", "4000", "--insecure"]
