import { describe, expect, it } from 'vitest'
import { optionalId, requiredText } from './input.js'
import { identifiersOf } from './person.js'

describe('a text that is needed', () => {
  it.each(['', '  ', '\u{200B}', '\u{FEFF}\u{2060}', '\u{202E}', '\u{0301}'])(
    'shows something: %j does not',
    (text) => {
      expect(() => requiredText(text, 'name', 200)).toThrow('This must not be empty.')
    },
  )

  it.each(['X', '李', 'عمر', '?', '👩🏽‍⚕️', 'a\u{0301}'])('is as it was given: %s', (text) => {
    expect(requiredText(text, 'name', 200)).toBe(text)
  })
})

describe('an id that can be left out', () => {
  it('is none where none was given, and is refused where it is empty', () => {
    expect(optionalId(null, 'patientId')).toBeNull()
    expect(optionalId(undefined, 'patientId')).toBeNull()
    expect(() => optionalId('', 'patientId')).toThrow('This is not an id.')
  })
})

describe('an identifier', () => {
  it('fits into the index that it is found by, in whatever script', () => {
    const long = '李'.repeat(401)
    expect(() => identifiersOf([{ system: 'urn:x', value: long }])).toThrow('at most 384')
    expect(() => identifiersOf([{ system: long, value: '1' }])).toThrow('at most 384')
  })
})
