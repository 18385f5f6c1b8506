// Loaded before a tool that would listen on every interface and send telemetry: it stays on this machine.
const net = require('node:net');

const local = (host) => host === undefined || host === 'localhost' || host === '::1' || host.startsWith('127.');
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function onLoopback(port, ...rest) {
  const done = rest.find((each) => typeof each === 'function');
  return typeof port === 'object' || Number.isNaN(Number(port)) ? listen.call(this, port, ...rest) : listen.call(this, { port: Number(port), host: '127.0.0.1' }, done);
};
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function toLoopback(...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof options === 'object' && options !== null && options.path === undefined && !local(options.host)) {
    process.nextTick(() => this.destroy(Object.assign(new Error('only this machine'), { code: 'ENETUNREACH' })));
    return this;
  }
  return connect.apply(this, args);
};
