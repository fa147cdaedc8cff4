import { describe, expect, it } from 'vitest'
import { refuseWeakPassword } from './password.rules.js'

const ada = { name: 'Ada King Lovelace', email: 'countess.ada@example.com' }
const judge = (password: string) => () => refuseWeakPassword(password, ada)

describe('a password', () => {
  it('has 12 to 128 characters, of whatever kind', () => {
    expect(judge('kqzvwxtbnrm')).toThrow(/12 to 128/)
    expect(judge('kqzvwxtbnrmd')).not.toThrow()
    expect(judge('plum orbit '.repeat(12).slice(0, 128))).not.toThrow()
    expect(judge('plum orbit '.repeat(12).slice(0, 129))).toThrow(/12 to 128/)
  })

  it('is counted in code points, not in what a computer writes them with', () => {
    expect(judge('🐴🔋🍇🌍🎻🚲🧵🪁🥁🦉🧲')).toThrow(/12 to 128/)
    expect(judge('🐴🔋🍇🌍🎻🚲🧵🪁🥁🦉🧲🗿')).not.toThrow()
  })

  it('is counted after it was normalised, so that no ligature and no accent of its own counts double', () => {
    expect(judge(`${'e\u0301'.repeat(6)}kqzvw`)).toThrow(/12 to 128/)
  })

  it.each(['password1234', 'Ada King Lovelace', 'adakinglovelace', 'COUNTESS.ADA', 'countess.ada@example.com'])(
    'is not a common one, nor the name or the e-mail: %s',
    (password) => expect(judge(password)).toThrow(/common/),
  )
})
