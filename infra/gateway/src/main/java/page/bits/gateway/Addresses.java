package page.bits.gateway;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A set of IP addresses, given as addresses and CIDR blocks (RFC 4632, section 3.1). */
final class Addresses {

    private final List<IpSubnetFilterRule> blocks;

    /** @throws IllegalArgumentException naming what is neither an address nor a block */
    Addresses(List<String> blocks) {
        this.blocks = blocks.stream().map(String::strip).map(Addresses::block).toList();
    }

    boolean contain(SocketAddress address) {
        return address != null && address.hostAddress() != null && contain(address.hostAddress());
    }

    /** @param address in numbers; whatever else is not contained */
    boolean contain(String address) {
        byte[] bytes = io.netty.util.NetUtil.createByteArrayFromIpAddressString(withoutBrackets(address));
        if (bytes == null) {
            return false;
        }
        try {
            InetSocketAddress socket = new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
            return blocks.stream().anyMatch(block -> block.matches(socket));
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong number of bytes
        }
    }

    private static String withoutBrackets(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }

    private static IpSubnetFilterRule block(String text) {
        String[] parts = text.split("/", 2);
        byte[] address = io.netty.util.NetUtil.createByteArrayFromIpAddressString(parts[0]);
        try {
            if (address == null) {
                throw new IllegalArgumentException("no address");
            }
            int bits = parts.length == 2 ? Integer.parseInt(parts[1]) : address.length * Byte.SIZE;
            return new IpSubnetFilterRule(InetAddress.getByAddress(address), bits, IpFilterRuleType.ACCEPT);
        } catch (IllegalArgumentException | java.net.UnknownHostException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is neither an IP address nor a block of them, such as 10.0.0.0/8", e);
        }
    }
}
