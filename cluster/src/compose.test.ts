import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readDockerfile } from './dockerfile.js'
import { environmentOf } from './environment.js'
import { makePlan } from './plan.js'
import { readRooms, repository } from './rooms.js'

interface Service {
  readonly image: string
  readonly user?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly networks: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly mem_limit?: string
  readonly pids_limit?: number
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly logging?: { readonly options: object }
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>
  readonly volumes: object
}

const read = (file: string) => readFile(join(repository, file), 'utf8')
const source = await read('docker-compose.yml')
const compose = parse(source, { merge: true }) as Compose
const services = Object.entries(compose.services)
const rooms = await readRooms()
const plan = await makePlan(rooms, { copiesOf: {} })

function serviceOf(name: string): Service {
  const service = compose.services[name]
  if (service === undefined) throw new Error(`docker-compose.yml has no ${name}`)
  return service
}

describe('docker-compose.yml', () => {
  it.each(services)('%s is confined: no root, no capability, nothing to write but its volumes', (_, service) => {
    expect(service.user ?? 'root').not.toMatch(/^(root|0)(:|$)/)
    expect(service.cap_drop).toEqual(['ALL'])
    expect(service.security_opt).toEqual(['no-new-privileges:true'])
    expect(service.read_only).toBe(true)
  })

  it.each(services)('%s has limits and a health check, and an image of a version', (_, service) => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/)
    expect(service.pids_limit).toBeGreaterThan(0)
    expect(service.logging?.options).toHaveProperty('max-size')
    expect(service.healthcheck?.test.length).toBeGreaterThan(1)
    expect(service.image).toMatch(/^(caregraph|[\w/]+:\d+\.?\d*.*)$/)
  })

  it.each(services)('%s waits for nothing that is not there and says when it is healthy', (_, service) => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(compose.services)).toContain(name)
      expect(condition).toBe('service_healthy')
    }
    const named = (service.volumes ?? []).filter((volume) => !volume.startsWith('.'))
    for (const volume of named) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0])
    for (const network of service.networks) expect(Object.keys(compose.networks)).toContain(network)
  })

  it('lets nobody in but by the gateway', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['gateway'])
    const open = Object.entries(compose.networks).filter(([, network]) => network?.internal !== true)
    expect(open.map(([name]) => name)).toEqual(['door'])
    expect(services.filter(([, { networks }]) => networks.includes('door')).map(([name]) => name)).toEqual(['gateway'])
  })

  it.each(rooms.map((room) => [room.name, room] as const))('%s runs as npm run cluster runs it', (name, room) => {
    const service = serviceOf(name)
    expect(service.command).toEqual(['node', room.main])
    expect(service.environment?.['PORT']).toBe(String(room.port))
    const copy = plan.copies.find((each) => each.name === name)
    if (copy === undefined) throw new Error(`the plan has no ${name}`)
    const databases = new Map(room.engine === undefined ? [] : [[name, 'its database']])
    const engines = { databases, broker: 'a broker', cache: 'a cache' }
    const terminal = Object.fromEntries(room.settings.map((setting) => [setting, 'its value']))
    const { PATH: _, ...expected } = environmentOf(copy, { room, plan, engines, terminal })
    expect(Object.keys(service.environment ?? {})).toEqual(expect.arrayContaining(Object.keys(expected)))
  })

  it('keeps each room in its own database on the engine of production, under its own login', () => {
    const schemes = services.flatMap(([name, { environment }]) => {
      const url = String(environment?.['DATABASE_URL'] ?? '')
      const [, scheme, login, database] = /^(\w+):\/\/(\w+):.*\/(\w+)(?:\?.*)?$/.exec(url) ?? []
      return url === '' ? [] : [[name, scheme, login === name && database === name]]
    })
    expect(schemes).toEqual([
      ['auth', 'postgres', true],
      ['patient', 'mysql', true],
      ['doctor', 'mysql', true],
      ['appointment', 'postgres', true],
      ['billing', 'postgres', true],
      ['analytics', 'mongodb', true],
    ])
  })
})

describe('the secrets', () => {
  const variables = Array.from(source.matchAll(/(?<!\$)\$\{(\w+)(:[-?])([^}]*)\}/g), ([, name = '', kind, text]) => ({
    name,
    isRequired: kind === ':?',
    text,
  }))
  const isSecret = (name: string) => /(PASSWORD|KEY|SECRET)$/.test(name)

  it('have no default, in docker-compose.yml or .env.example', async () => {
    for (const { name, isRequired } of variables.filter((each) => isSecret(each.name))) {
      expect([name, isRequired]).toEqual([name, true])
    }
    const example = parseEnv(await read('.env.example'))
    for (const [name, value] of example) if (isSecret(name)) expect([name, value]).toEqual([name, ''])
  })

  it('and whatever else is required stand in .env.example, and nothing that nobody reads', async () => {
    const example = [...parseEnv(await read('.env.example')).keys()]
    const required = variables.filter(({ isRequired }) => isRequired).map(({ name }) => name)
    expect(example).toEqual(expect.arrayContaining([...new Set(required)]))
    expect(variables.map(({ name }) => name)).toEqual(expect.arrayContaining(example))
  })

  it('are never written out', () => {
    for (const line of source.split('\n')) {
      expect(line).not.toMatch(/(PASSWORD|KEY|SECRET): (?!\$\{)/)
      expect(line).not.toMatch(/:\/\/\w*:(?!\$\{)[^/]*@/)
    }
  })
})

function parseEnv(text: string): Map<string, string> {
  return new Map(Array.from(text.matchAll(/^(\w+)=(.*)$/gm), ([, name = '', value = '']) => [name, value]))
}

describe('the Dockerfile', () => {
  it('ends as a user who is not root, with node as the first process', async () => {
    const instructions = readDockerfile(await read('Dockerfile'))
    const last = instructions.findLastIndex(({ name }) => name === 'FROM')
    const stage = instructions.slice(last)
    expect(stage.find(({ name }) => name === 'USER')).toHaveProperty('rest', 'node')
    const command = stage.find(({ name }) => name === 'CMD')?.rest ?? ''
    expect(JSON.parse(command)).toEqual(['node', 'programs/gateway.js'])
  })

  it('copies what is there', async () => {
    const instructions = readDockerfile(await read('Dockerfile'))
    const copied = instructions.flatMap((each) => (each.name === 'COPY' && each.from ? each.sources : []))
    const isHere = (path: string) => existsSync(join(repository, path.replace('/clinic/', '')))
    expect(copied.filter((path) => !isHere(path))).toEqual([])
  })

  it('is refused by image-steps where it says what these do not know', () => {
    expect(() => readDockerfile('FROM scratch\nADD https://example.org/x /\n')).toThrow('ADD')
  })
})
