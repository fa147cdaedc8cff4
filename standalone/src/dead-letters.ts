import { deadLettersCommand } from './dead-letters-command.js'

process.exitCode = await deadLettersCommand({
  args: process.argv.slice(2),
  variables: process.env,
  print: (line) => console.log(line),
})
