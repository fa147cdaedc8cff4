export { badInput, Refusal, type RefusalCode, type RefusalParams, refusalCodes } from './refusal.js'
