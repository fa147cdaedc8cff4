export { type HttpFile, type HttpRequest, readHttpFiles } from './http-files.js'
