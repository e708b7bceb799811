/**
 * ` --app shop`, for a command in a sentence that is to work as it is pasted; '' where it works without, or where nothing
 * is known of that app.
 */
export function appOption(app: string, releases: readonly { readonly app: string }[]): string {
  const apps = new Set(releases.map((release) => release.app));
  return apps.size > 1 && apps.has(app) ? ` --app ${app}` : '';
}
