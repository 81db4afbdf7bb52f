package page.bits.standalone;

import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import page.bits.action.demo.Demo;

/** Tells on standard output where the pages are, once they are there. */
@Singleton
class Welcome {

    private static final String CREATOR = "alice";
    private static final int USUAL_PORT = 8080;

    private final Demo demo;
    private final HttpServer server;

    Welcome(Demo demo, HttpServer server) {
        this.demo = demo;
        this.server = server;
    }

    void onListening(@ObservesAsync HttpServerStart start) {
        demo.whenLoaded().thenRun(() -> System.out.println(text(start.options().getHost(), server.getPort())));
    }

    private String text(String host, int port) {
        return text(
                "http://" + addressable(host) + ":" + port,
                port == USUAL_PORT ? "" : " --port " + port,
                demo.handles().contains(CREATOR),
                demo.hasAccounts());
    }

    static String text(String address, String option, boolean hasDemo, boolean hasDemoAccounts) {
        StringBuilder text = new StringBuilder("\nBits is ready: ")
                .append(address)
                .append(hasDemo ? "/@" + CREATOR : "/")
                .append('\n');
        if (hasDemo && hasDemoAccounts) {
            text.append("\nPublish as alice from another terminal, and watch it appear there:\n\n")
                    .append("  curl -H \"Authorization: Bearer $(./bits token alice")
                    .append(option)
                    .append(")\"")
                    .append(" -H 'Content-Type: application/json'")
                    .append(" -d '{\"creator\":\"alice\",\"text\":\"Hello from curl\"}' ")
                    .append(address)
                    .append("/actions/publish-post\n");
        }
        return text.append("\nCtrl-C stops it.\n").toString();
    }

    /** What a browser on this machine reaches it by. */
    private static String addressable(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isAnyLocalAddress() ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
        } catch (UnknownHostException e) {
            return host;
        }
    }
}
