import { dictionary } from '@zxcvbn-ts/language-common'

/** The 49,000 that are tried first. Few of them are long enough for us: they matter as what longer ones are made of. */
const common = new Set(dictionary['passwords-common'])

/**
 * Whether the password is one of the common ones without regard to case, one of them with digits and signs around it,
 * such as `Welcome-2027!`, the same over and over, or a run of the keys, such as `123456789012`.
 */
export function isCommonPassword(password: string): boolean {
  const text = password.toLowerCase()
  return common.has(text) || isDressedUp(text) || isRepeated(text) || isRun(text)
}

function isDressedUp(text: string): boolean {
  const word = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  if (word === '' || word === text || !common.has(word)) return false
  const dress = text.replace(word, '')
  return dress.length <= word.length || common.has(dress) || isRepeated(dress) || isRun(dress)
}

/** A few characters again and again, the last time perhaps cut short. */
function isRepeated(text: string): boolean {
  return [1, 2, 3, 4, 5, 6].some((length) => text.slice(length) === text.slice(0, -length))
}

const rows = ['123456789012345678901234567890', 'qwertyuiopasdfghjklzxcvbnm', 'abcdefghijklmnopqrstuvwxyz']
const runs = [...rows, ...rows.map((row) => [...row].reverse().join(''))]

/** Neighbours in the alphabet or on the keyboard, forwards or backwards. */
const isRun = (text: string): boolean => runs.some((run) => run.includes(text))
