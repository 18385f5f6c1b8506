/** Where answers may go. An activity names its own return address: a forged one would collect our messages and our token. */
export function createServiceHosts(list: readonly string[]): (serviceUrl: string) => boolean {
  return (serviceUrl) => {
    if (!URL.canParse(serviceUrl)) return false;
    const { protocol, hostname, host, username, password } = new URL(serviceUrl);
    if (username !== '' || password !== '') return false;
    // Without TLS only this machine, and only if it was named.
    if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) return false;
    return list.some((each) => each === host || each === hostname || (each.startsWith('*.') && hostname.endsWith(each.slice(1))));
  };
}

const isLoopback = (hostname: string): boolean => hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
