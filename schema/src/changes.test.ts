import { describe, expect, it } from 'vitest'
import { breakingChanges, brokenOperations } from './changes.js'

const promised = 'type Query { patient(id: ID!): Patient } type Patient { id: ID! name: String! }'

describe('a change of the API', () => {
  it('that takes a field away is named with its field', () => {
    const current = 'type Query { patient(id: ID!): Patient } type Patient { id: ID! }'
    expect(breakingChanges(promised, current)).toEqual(['Patient.name was removed.'])
  })

  it('that asks for a new argument is named with its argument', () => {
    const current = 'type Query { patient(id: ID!, clinic: ID!): Patient } type Patient { id: ID! name: String! }'
    expect(breakingChanges(promised, current)).toEqual(['A required arg clinic on Query.patient was added.'])
  })

  it('that only adds breaks nobody', () => {
    const current =
      'type Query { patient(id: ID!, at: String): Patient } type Patient { id: ID! name: String! age: Int }'
    expect(breakingChanges(promised, current)).toEqual([])
  })

  it('that an operation of ours cannot live with is named with the operation', () => {
    const operations = [{ source: 'patient.http, "Find"', document: '{ patient(id: "1") { surname } }' }]
    expect(brokenOperations(promised, operations)).toEqual([
      'patient.http, "Find": Cannot query field "surname" on type "Patient". Did you mean "name"?',
    ])
  })
})
