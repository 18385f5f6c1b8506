/** As much of a browser as a sign-in needs: cookies by host name, forms, and redirects one at a time. */
export function createBrowser() {
  const jar = new Map<string, Map<string, string>>();
  async function ask(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const cookies = jar.get(host) ?? new Map<string, string>();
    jar.set(host, cookies);
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers as Record<string, string>, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const [name, value] = [pair!.slice(0, pair!.indexOf('=')), pair!.slice(pair!.indexOf('=') + 1)];
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name); else cookies.set(name, value);
    }
    return response;
  }
  return {
    ask, jar,
    api: (origin: string, method: 'GET' | 'POST', path: string, body?: object): Promise<Response> => ask(`${origin}${path}`, { method, headers: { 'x-lifeboat-request': 'test', ...(body ? { 'content-type': 'application/json', origin } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) }),
    /** Goes to the issuer and does what it asks there, as `login`. Answers with the address that it sends the browser back to. */
    async atIssuer(url: string, login: string, backTo: string): Promise<string> {
      for (let at = url, posted: RequestInit = {}, steps = 0; steps < 12; steps++) {
        const response = await ask(at, posted);
        posted = {};
        const location = response.headers.get('location');
        if (location !== null) {
          at = new URL(location, at).href;
          if (at.startsWith(backTo)) return at;
          continue;
        }
        const page = await response.text();
        const action = /<form[^>]+action="([^"]+)"/.exec(page)?.[1];
        if (action === undefined) throw new Error(`The issuer asks for nothing that can be answered: HTTP ${response.status} ${page.slice(0, 500)}`);
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? '';
        at = new URL(action, at).href;
        posted = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ prompt, ...(prompt === 'login' ? { login, password: 'any' } : {}) }).toString() };
      }
      throw new Error('The issuer never sent the browser back.');
    },
  };
}
export type Browser = ReturnType<typeof createBrowser>;
