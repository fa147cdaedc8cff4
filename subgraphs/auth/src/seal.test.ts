import { WrongSettings } from '@caregraph/subgraph'
import { describe, expect, it } from 'vitest'
import { sealOf } from './seal.js'

const secret = 'a secret of more than thirty-two characters'

describe('a seal', () => {
  it('shows nothing of the text, and never the same twice', () => {
    const seal = sealOf(secret)
    const sealed = [seal.close('{"d":"private"}'), seal.close('{"d":"private"}')]
    expect(sealed[0]).not.toContain('private')
    expect(sealed[0]).not.toBe(sealed[1])
    expect(sealed.map(seal.open)).toEqual(['{"d":"private"}', '{"d":"private"}'])
  })

  it('is opened by its own secret alone', () => {
    const sealed = sealOf(secret).close('text')
    expect(() => sealOf(`${secret}!`).open(sealed)).toThrow(/another KEY_ENCRYPTION_SECRET/)
    expect(() => sealOf(undefined).open(sealed)).toThrow(/another KEY_ENCRYPTION_SECRET/)
  })

  it('tells the operator in words what is wrong with his secret', () => {
    expect(() => sealOf('too short')).toThrow(WrongSettings)
    expect(() => sealOf(undefined).open(sealOf(secret).close('text'))).toThrow(WrongSettings)
  })

  it('is broken by any change', () => {
    const sealed = sealOf(secret).close('text')
    const last = sealed.at(-1) === 'A' ? 'B' : 'A'
    const changed = [sealed.slice(0, -4), `${sealed.slice(0, -8)}${last.repeat(8)}`, 'sealed:', 'sealed:AAAA']
    for (const each of changed) expect(() => sealOf(secret).open(each)).toThrow(/another KEY_ENCRYPTION_SECRET/)
  })

  it('opens what was kept before there was a secret', () => {
    expect(sealOf(secret).open(sealOf(undefined).close('text'))).toBe('text')
  })

  it('refuses a secret that is easily guessed', () => {
    expect(() => sealOf('short')).toThrow(/at least 32 characters/)
  })
})
