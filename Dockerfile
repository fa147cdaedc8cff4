# One image for the gateway and every subgraph: docker-compose.yml says which of them a container runs.
# `npm run image-steps` runs these lines in an empty folder, without a container engine.

FROM node:22-bookworm-slim AS build
WORKDIR /clinic
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund
RUN npx tsc -b standalone
RUN npm run programs

FROM node:22-bookworm-slim
WORKDIR /clinic
ENV NODE_ENV=production
COPY --from=build /clinic/package.json /clinic/supergraph.yaml ./
COPY --from=build /clinic/schema/supergraph.graphql schema/
COPY --from=build /clinic/programs programs
# What is no JavaScript. The embedded PostgreSQL stays behind: here each room is given its database.
COPY --from=build /clinic/node_modules/@node-rs node_modules/@node-rs
COPY --from=build /clinic/node_modules/dejavu-fonts-ttf node_modules/dejavu-fonts-ttf
USER node
# Node itself gets SIGTERM: there is no shell and no npm before it.
CMD ["node", "programs/gateway.js"]
