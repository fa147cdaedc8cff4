import { type OwnKeys, ownKeys } from '@caregraph/cache/testing'
import { describeOn } from '@caregraph/engines/testing'
import { afterAll } from 'vitest'
import { rememberedListsSuite } from './remembered-lists.suite.js'

await describeOn('redis', 'lists in Redis', (url) => {
  let own: OwnKeys
  rememberedListsSuite(async () => {
    own = await ownKeys(url)
    return Promise.all([own.open(), own.open()])
  })
  afterAll(() => own.stop())
})
