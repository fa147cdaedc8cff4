import { testDatabasesOn } from '@caregraph/database/testing'
import { describeOn } from '@caregraph/engines/testing'
import { relaySuite } from './relay.suite.js'

await describeOn('mariadb', 'the relay on MySQL', (url) => {
  testDatabasesOn(url)
  relaySuite()
})
