import { describe, expect, it } from 'vitest'
import { plain, prefixesOf, searchTermsOf, sortNameOf } from './search.js'

describe('plain', () => {
  it.each([
    ["Éva O'Brien-Łuk", 'evaobrienluk'],
    ['GROSSER Straße', 'grosserstrasse'],
    ['Ærø', 'aero'],
    ['İzmir', 'izmir'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
    ['(415) 555-0123', '4155550123'],
    ['ｆｕｌｌ　ｗｉｄｔｈ', 'fullwidth'],
    ['李 雷', '李雷'],
    [' \u{1F600}-.', ''],
  ])('%j is %j', (text, expected) => {
    expect(plain(text)).toBe(expected)
  })
})

describe('sortNameOf', () => {
  it('keeps the words apart, so that a short name stands before a longer one', () => {
    const names = ['Lia Zett', 'Liam Abt', ' lía  Ábt'].map(sortNameOf)
    expect(names.sort()).toEqual(['lia abt', 'lia zett', 'liam abt'])
  })
})

describe('searchTermsOf', () => {
  it('finds a word as it is written together and by its parts, once', () => {
    expect(searchTermsOf({ words: ['Anna-Maria Anna', null] })).toEqual(['annamaria', 'anna', 'maria'])
  })

  it('takes an address as one', () => {
    expect(searchTermsOf({ words: [], whole: ['ada.l@example.com', null] })).toEqual(['adalexamplecom'])
  })
})

describe('prefixesOf', () => {
  it.each([
    ['', []],
    ['  Ma  ÉVA ', ['eva', 'ma']],
    ['(415) 555-01', ['41555501']],
    ['maria +1 415 555', ['1415555', 'maria']],
    ['1985-12-10 maria', ['19851210', 'maria']],
    ['7th 8', ['7th', '8']],
    ['ada.l@exam', ['adalexam']],
    ['ma MA má', ['ma']],
  ])('%j looks for %j', (search, expected) => {
    expect(prefixesOf(search)).toEqual(expected)
  })

  it('refuses what is too long to be a search', () => {
    expect(() => prefixesOf('x'.repeat(201))).toThrow('200 characters')
    expect(() => prefixesOf('a b c d e f g')).toThrow('6 words')
  })

  it('makes every beginning of a term of a text find it', () => {
    for (const text of ['Łukasz', 'Straße', 'ΟΔΥΣΣΕΥΣ', "O'Brien", 'x'.repeat(100)]) {
      const found = searchTermsOf({ words: [text] })
      for (let length = 1; length <= text.length; length++) {
        const [prefix = ''] = prefixesOf(text.slice(0, length))
        expect(found.some((term) => term.startsWith(prefix))).toBe(true)
      }
    }
  })
})
