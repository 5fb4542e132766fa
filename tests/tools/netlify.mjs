// Netlify's own reading of a netlify.toml and of the files beside the pages, as JSON on the standard output.
// node netlify.mjs FOLDER PUBLISH: FOLDER holds netlify.toml, PUBLISH the pages.
import { resolve } from 'node:path'
import { resolveConfig } from '@netlify/config'
import { parseAllHeaders } from '@netlify/headers-parser'
import { parseAllRedirects } from '@netlify/redirect-parser'

const [folder, publish] = process.argv.slice(2).map((each) => resolve(each))
const configured = await resolveConfig({ cwd: folder, repositoryRoot: folder, offline: true, mode: 'buildbot', buffer: true })
const netlifyConfigPath = resolve(folder, 'netlify.toml')
const headers = await parseAllHeaders({ headersFiles: [resolve(publish, '_headers')], netlifyConfigPath, minimal: false })
const redirects = await parseAllRedirects({ redirectsFiles: [resolve(publish, '_redirects')], netlifyConfigPath, minimal: false })
const told = ({ message }) => message
console.log(JSON.stringify({
  build: { command: configured.config.build.command, publish: configured.config.build.publish },
  headers: headers.headers,
  redirects: redirects.redirects,
  errors: [...headers.errors.map(told), ...redirects.errors.map(told)],
}))
