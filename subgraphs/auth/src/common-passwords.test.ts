import { describe, expect, it } from 'vitest'
import { isCommonPassword } from './common-passwords.js'

describe('a common password', () => {
  it.each([
    'password1234',
    'PASSWORD1234',
    'passwordpassword',
    'Welcome-2027!',
    'administrator',
    'admin1234567',
    '!!!letmein!!!',
    'qwertyuiop12',
    'qwertyuiopas',
    '123456789012',
    '098765432109',
    'aaaaaaaaaaaa',
    'abcabcabcabcab',
    'abcdefghijklm',
  ])('%s', (password) => expect(isCommonPassword(password)).toBe(true))
})

describe('no common password', () => {
  it.each([
    'plum orbit lantern 7',
    'correct horse battery staple',
    'a-long-enough-password',
    'Sup3r-Secret-Passw0rd',
    '864291736402',
    'love83910475261',
    'ein Satz mit Ümlaut',
  ])('%s', (password) => expect(isCommonPassword(password)).toBe(false))
})
