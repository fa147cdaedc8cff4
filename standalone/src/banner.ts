import { relative } from 'node:path'
import type { NewAdministrator } from '@caregraph/auth'
import { demoAccounts, demoPassword } from './demo/accounts.js'
import type { Settings } from './settings.js'

/** A password that was made up is shown here, once; it is written down nowhere. */
export function printAdministrator({ email, password, isPasswordMade }: NewAdministrator): void {
  console.log(`\n  Administrator    ${email}`)
  if (isPasswordMade) console.log(`  Password         ${password}   (shown this once: keep it)`)
}

/** Says in a few lines what runs where, and how to sign in. */
export function printBanner(settings: Settings): void {
  const { publicUrl } = settings.clinic
  const lines = [
    '',
    `  ${settings.clinic.name} is open.`,
    '',
    settings.isProduction ? `  GraphQL          ${publicUrl}/graphql` : `  Apollo Sandbox   ${publicUrl}`,
    `  Live updates     ${publicUrl.replace(/^http/, 'ws')}/graphql`,
    `  Health           ${publicUrl}/health/ready`,
    `  All its data     ${relative(process.cwd(), settings.dataDirectory) || '.'}`,
  ]
  if (settings.demo) {
    lines.push('', `  Demo accounts, all with the password ${demoPassword}`)
    for (const { email, role } of demoAccounts) lines.push(`    ${email.padEnd(22)} ${role}`)
  }
  lines.push('', '  Ctrl-C closes the clinic; npm start opens it again as it was.', '')
  console.log(lines.join('\n'))
}
