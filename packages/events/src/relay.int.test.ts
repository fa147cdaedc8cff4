import { describe } from 'vitest'
import { relaySuite } from './relay.suite.js'

describe('the relay', relaySuite)
