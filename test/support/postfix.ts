import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:net';
import { freePort } from './free-port.js';
import { until } from './poll.js';

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
/** Both give up root's rights by themselves and start as root only. */
export const hasPostfix = (): boolean => process.getuid?.() === 0 && spawnSync('sh', ['-c', 'command -v postfix && command -v dovecot && id postfix && id dovecot && id dovenull && id nobody'], { env }).status === 0;

/** Debian's mail server, with Debian's mailbox server over what it delivers. */
export interface Postfix {
  readonly smtpUrl: string;
  readonly imapUrl: (user: string) => string;
  /** What lies in a mailbox, as it was delivered. */
  readonly mailbox: (user: string) => string[];
  stop(): Promise<void>;
}

export const mailPassword = 'pw-of-the-mailboxes';

/** Mail for `domain` goes to Maildirs of these users; everything else bounces. */
export async function startPostfix(domain: string, users: readonly string[]): Promise<Postfix> {
  const folder = mkdtempSync('/var/tmp/lifeboat-mail-');
  chmodSync(folder, 0o755);
  const [smtp, imap] = [await freePort(), await freePort()];
  const [etc, mail] = [join(folder, 'etc'), join(folder, 'mail')];
  for (const each of [etc, mail, join(folder, 'queue'), join(folder, 'data'), join(folder, 'run')]) mkdirSync(each, { recursive: true });
  spawnSync('chown', ['postfix', join(folder, 'data')], { env });
  spawnSync('chown', ['nobody', mail], { env });
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'nobody'], { env }).stdout.toString().trim());
  writeFileSync(join(etc, 'main.cf'), `compatibility_level = 3.6
myhostname = mx.${domain}
mydestination =
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/mail.log
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${mail}
virtual_mailbox_maps = texthash:${etc}/users
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${gid}
virtual_minimum_uid = 1
default_transport = error:5.1.2 no way to other domains
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
bounce_queue_lifetime = 0
alias_maps =
alias_database =
`);
  writeFileSync(join(etc, 'users'), users.map((user) => `${user}@${domain} ${user}/\n`).join(''));
  // Debian's own list of services without chroots, on our port.
  const services = readFileSync(existsSync('/etc/postfix/master.cf') ? '/etc/postfix/master.cf' : '/usr/share/postfix/master.cf.dist', 'utf8').split('\n')
    .map((line) => (/^smtp\s+inet\s/.test(line) ? `127.0.0.1:${smtp} inet n - n - - smtpd` : line.replace(/^(\S+\s+\S+\s+\S+\s+\S+\s+)y(\s)/, '$1n$2')));
  writeFileSync(join(etc, 'master.cf'), services.join('\n'));
  writeFileSync(join(etc, 'passwd'), users.map((user) => `${user}:{PLAIN}${mailPassword}:${uid}:${gid}::${mail}/${user}::\n`).join(''));
  writeFileSync(join(etc, 'dovecot.conf'), `base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${mail}/%n
first_valid_uid = 1
first_valid_gid = 1
service imap-login {
  chroot =
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
passdb {
  driver = passwd-file
  args = username_format=%n ${etc}/passwd
}
userdb {
  driver = passwd-file
  args = username_format=%n ${etc}/passwd
}
`);
  const children: ChildProcess[] = [];
  const run = (program: string, ...args: string[]): void => { children.push(spawn(program, args, { env, stdio: 'ignore' })); };
  const answers = (port: number): Promise<boolean> => new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => { resolve(false); });
  });
  const logged = (): string => ['mail.log', 'dovecot.log'].map((name) => join(folder, name)).filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8').slice(-3_000)).join('\n');
  run('postfix', '-c', etc, 'start-fg');
  run('dovecot', '-F', '-c', join(etc, 'dovecot.conf'));
  await Promise.all([until('postfix', () => answers(smtp)), until('dovecot', () => answers(imap))]).catch((error: unknown) => { throw new Error(`${String(error)}\n${logged()}`); });
  return {
    smtpUrl: `smtp://127.0.0.1:${smtp}`,
    imapUrl: (user) => `imap://${user}:${mailPassword}@127.0.0.1:${imap}/INBOX`,
    mailbox: (user) => ['new', 'cur'].map((each) => join(mail, user, each)).filter((each) => existsSync(each)).flatMap((each) => readdirSync(each).map((name) => readFileSync(join(each, name), 'latin1'))),
    async stop() {
      spawnSync('postfix', ['-c', etc, 'stop'], { env });
      await Promise.all(children.map((child) => new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) { resolve(); return; }
        child.once('exit', () => { resolve(); });
        child.kill('SIGTERM');
      })));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
