package sluice.elasticsearch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.KeyStoreWrapper;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Starts a single Elasticsearch node from the jars that Elastic publishes on Maven Central, without the distribution.
 *
 * <pre>java -cp "HOME/lib/*" sluice.elasticsearch.Launcher HOME [setting=value ...]</pre>
 *
 * HOME holds lib/*.jar, modules/NAME/{*.jar, plugin-descriptor.properties}, security/NAME/{the same} and
 * config/log4j2.properties. As in the official image, security is on unless xpack.security.enabled=false, and
 * ELASTIC_PASSWORD is the password of the user "elastic". With -Dsluice.follow.stdin=true the node ends when its
 * standard input does, that is, with the process that started it.
 */
public final class Launcher {
    private static volatile Node node;

    /** The running node: plugins take the services from it that no plugin API hands out. */
    public static Node node() {
        return node;
    }

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]).toAbsolutePath();
        Map<String, String> settings = settings(home, args);
        boolean secure = Boolean.parseBoolean(settings.getOrDefault("xpack.security.enabled", "true"));
        if (secure) {
            settings.put("xpack.security.enabled", "true");
        } else {
            settings.keySet().removeIf(name -> name.startsWith("xpack.")); // unknown without those modules
        }
        Files.createDirectories(home.resolve("plugins"));
        String name = settings.get("node.name");
        LogConfigurator.registerErrorListener();
        LogConfigurator.setNodeName(name);
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            secure ? passwordSetting() : Settings.EMPTY, settings, home.resolve("config"), () -> name);
        LogConfigurator.configure(environment, true);
        node = new Node(environment, PluginsLoader.createPluginsLoader(modules(home, secure), Set.of(), Map.of(), false));
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(stopped)));
        if (Boolean.getBoolean("sluice.follow.stdin")) {
            followStandardInput();
        }
        node.start();
        stopped.await();
    }

    private static Map<String, String> settings(Path home, String[] args) {
        Map<String, String> settings = new HashMap<>();
        settings.put("path.home", home.toString());
        settings.put("cluster.name", "sluice-test");
        settings.put("node.name", "sluice-test-0");
        settings.put("transport.port", "0");
        settings.put("discovery.type", "single-node");
        for (int i = 1; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            settings.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        return settings;
    }

    private static Settings passwordSetting() throws Exception {
        String password = System.getenv("ELASTIC_PASSWORD");
        if (password == null) {
            throw new IllegalArgumentException("set ELASTIC_PASSWORD, or xpack.security.enabled=false");
        }
        KeyStoreWrapper keystore = KeyStoreWrapper.create();
        keystore.setString("bootstrap.password", password.toCharArray());
        return Settings.builder().setSecureSettings(keystore).build();
    }

    private static Set<PluginBundle> modules(Path home, boolean secure) throws IOException {
        Set<PluginBundle> bundles = new HashSet<>(PluginsLoader.loadModulesBundles(home.resolve("modules"), false));
        if (secure) {
            bundles.addAll(PluginsLoader.loadModulesBundles(home.resolve("security"), false));
        }
        return bundles;
    }

    private static void followStandardInput() {
        Thread thread = new Thread(() -> {
            try {
                System.in.transferTo(java.io.OutputStream.nullOutputStream());
            } catch (IOException closed) {
                // as good as its end
            }
            System.exit(0);
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(CountDownLatch stopped) {
        try {
            node.close();
        } catch (IOException e) {
            e.printStackTrace();
        }
        stopped.countDown();
    }
}
