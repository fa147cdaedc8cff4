import { describe, expect, it } from 'vitest'
import { readSettings } from './settings.js'

describe('the settings', () => {
  it('of an empty environment are a clinic in UTC and USD on port 4004', () => {
    const { port, clinic, demo } = readSettings({})
    expect({ port, demo, ...clinic }).toEqual({
      port: 4004,
      demo: true,
      name: 'Caregraph Clinic',
      timeZone: 'UTC',
      currency: 'USD',
      country: 'US',
      publicUrl: 'http://localhost:4004',
    })
  })

  it('name every fault at once', () => {
    const environment = {
      PORT: 'four',
      CLINIC_TIME_ZONE: 'Mars/Base',
      CLINIC_CURRENCY: 'usd',
      DEMO: 'maybe',
      PENDING_SECONDS: '0',
    }
    expect(() => readSettings(environment)).toThrowError(
      /PORT is "four"[\s\S]*CLINIC_TIME_ZONE is "Mars\/Base"[\s\S]*CLINIC_CURRENCY is "usd"[\s\S]*DEMO is "maybe"[\s\S]*PENDING_SECONDS is "0"/,
    )
  })

  it('blame nothing else for a port that is none', () => {
    expect(() => readSettings({ PORT: 'four' })).toThrowError(/^PORT is "four": [^\n]*$/)
  })

  it.each(['ANONYMOUS_PER_MINUTE', 'USER_PER_MINUTE'])('refuse a limit that lets nobody in: %s=0', (name) => {
    expect(() => readSettings({ [name]: '0' })).toThrowError(`${name} is "0": give a whole number from 1 to 1000000.`)
  })

  it('trust no proxy unasked: it could name any address as the client’s', () => {
    expect(readSettings({}).trustedProxies).toBe(0)
    expect(readSettings({ TRUSTED_PROXIES: '1' }).trustedProxies).toBe(1)
  })

  it('bring no demo accounts into production unasked', () => {
    expect(readSettings({ NODE_ENV: 'production' }).demo).toBe(false)
    expect(readSettings({ NODE_ENV: 'production', DEMO: 'on' }).demo).toBe(true)
  })
})
