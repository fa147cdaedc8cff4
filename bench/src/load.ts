import { Pool } from 'undici'

/** Sends one body again and again over so many connections; writes how many answers came in a second. */
const {
  url = '',
  token = '',
  body = '',
  connections = 1,
  seconds = 1,
} = JSON.parse(process.argv[2] ?? '{}') as {
  url?: string
  token?: string
  body?: string
  connections?: number
  seconds?: number
}
const pool = new Pool(url, { connections })
const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
const startedAt = performance.now()
const end = startedAt + seconds * 1000
let answers = 0

async function sendAndSendAgain(): Promise<void> {
  while (performance.now() < end) {
    const { statusCode, body: answer } = await pool.request({ path: '/graphql', method: 'POST', headers, body })
    const text = await answer.text()
    if (statusCode !== 200 || text.includes('"errors"')) throw new Error(`${statusCode}: ${text}`)
    answers++
  }
}

await Promise.all(Array.from({ length: connections }, sendAndSendAgain))
console.log((answers * 1000) / (performance.now() - startedAt))
await pool.close()
