package page.bits.gateway;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import page.bits.http.TcpUserTimeout;

/**
 * Has our kernel ask that of a node whether it is there still, over a connection that is quiet. A stream's node is sent nothing
 * that it could fail to acknowledge, so that it has vanished would else be known by its silence alone; and silent is a node that
 * is merely busy too, whose kernel answers.
 *
 * <p>Vert.x sets these options for servers alone, so this class knows of its inside.
 */
final class KernelProbes {

    private KernelProbes() {}

    /**
     * A connection is quiet when nothing has come for half of the time-out, and ends when nothing has come for all of it. Not
     * where that is off, nor on a transport that is not the native one.
     */
    static void begin(HttpConnection connection, TcpUserTimeout userTimeout) {
        ChannelConfig socket = ((ConnectionBase) connection).channel().config();
        int seconds = Math.toIntExact(userTimeout.value().toSeconds());
        if (seconds > 0 && socket.setOption(EpollChannelOption.TCP_KEEPIDLE, Math.max(1, seconds / 2))) {
            socket.setOption(EpollChannelOption.TCP_KEEPINTVL, Math.max(1, seconds / 10));
            socket.setOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }
}
