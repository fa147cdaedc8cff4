import { readFile } from 'node:fs/promises'
import { buildSchema, isInputObjectType, isObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { breakingChanges } from './changes.js'
import { generateSchema } from './generate.js'
import { readSupergraphYaml } from './supergraph-yaml.js'

const root = new URL('../../', import.meta.url)
const committed = (path: string) => readFile(new URL(`schema/${path}`, root), 'utf8')
const files = generateSchema(await readSupergraphYaml(new URL('supergraph.yaml', root)))

describe('schema/', () => {
  it.each([...files])('%s is what the code has', async (path, text) => {
    expect(await committed(path)).toBe(text)
  })

  it('keeps every type, field and argument that clients have been promised', async () => {
    expect(breakingChanges(await committed('promised.graphql'), files.get('api.graphql') ?? '')).toEqual([])
  })

  it('shows clients nothing of what subgraphs tell each other', () => {
    expect(files.get('supergraph.graphql')).toContain('DoctorCalendar')
    expect(files.get('api.graphql')).not.toMatch(/DoctorCalendar|TimeRange|_entities|_service/)
  })

  it('says of every field what it is', () => {
    const types = Object.values(buildSchema(files.get('api.graphql') ?? '').getTypeMap())
    const silent = types
      .filter((type) => isObjectType(type) || isInputObjectType(type))
      .filter(({ name }) => !name.startsWith('__'))
      .flatMap((type) => {
        const fields: readonly { name: string; description?: string | null }[] = Object.values(type.getFields())
        return fields.filter(({ description }) => !description).map(({ name }) => `${type.name}.${name}`)
      })
    expect(silent).toEqual([])
  })

  it('describes each event by a JSON Schema that allows no field of its own', () => {
    const schemas = [...files].filter(([path]) => path.startsWith('events/')).map(([, text]) => JSON.parse(text))
    expect(schemas.length).toBeGreaterThan(15)
    for (const { title, properties } of schemas) {
      expect({ title, more: properties.data.additionalProperties }).toEqual({ title, more: false })
    }
  })
})
